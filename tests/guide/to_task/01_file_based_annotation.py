from sdk.plugins.categories.pre_annotation.actions.to_task import ToTaskAction

# Configuration
params = {
    'name': 'File_Based_Annotation',
    'description': 'Annotate tasks from JSON files',
    'project': 123,
    'agent': 1,
    'task_filters': {
        'status': 'pending',
        'data_collection': 456
    },
    'method': 'file',
    'target_specification_name': 'annotation_data',
    'pre_processor_params': {}
}

# Execute
action = ToTaskAction(run=run_instance, params=params)
result = action.start()

# Check result
if result['status'] == 'SUCCEEDED':
    print(f"Success: {result['message']}")
else:
    print(f"Failed: {result['message']}")
