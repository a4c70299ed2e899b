"""
Scenario: You have 1000 images with pre-generated annotation JSON files.
Goal: Apply all annotations to pending tasks.
"""
from sdk.plugins.categories.pre_annotation.actions.to_task import ToTaskAction

params = {
    'name': 'Bulk_File_Annotation_Jan2025',
    'description': 'Apply pre-generated annotations from external tool',
    'project': 123,
    'agent': 1,
    'task_filters': {
        'status': 'pending',
        'data_collection': 456,
        'created_at__gte': '2025-01-01'
    },
    'method': 'file',
    'target_specification_name': 'external_annotations',
    'pre_processor_params': {}
}

action = ToTaskAction(run=run_instance, params=params)
result = action.start()

print(f"Status: {result['status']}")
print(f"Message: {result['message']}")
