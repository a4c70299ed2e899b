"""
Scenario: You have a trained object detection model deployed as a pre-processor.
Goal: Auto-annotate all unassigned tasks with high-confidence predictions.
"""
params = {
    'name': 'AI_Object_Detection_v2',
    'description': 'Auto-detect objects using YOLOv8 model',
    'project': 123,
    'agent': 1,
    'task_filters': {
        'status': 'pending',
        'assignee': None, # Only unassigned
        'data_collection': 789
    },
    'method': 'inference',
    'pre_processor': 456,
    'pre_processor_params': {
        'confidence_threshold': 0.85,
        'nms_threshold': 0.5,
        'model_config': {
            'batch_size': 16,
            'device': 'cuda',
            'use_fp16': True
        },
        'class_filter': [1, 2, 3], # Only detect specific classes
        'min_object_size': 20
    }
}

action = ToTaskAction(run=run_instance, params=params)
result = action.start()

# Check results
if result['status'] == 'SUCCEEDED':
    print("Auto-annotation completed successfully")
    # Review tasks in Synapse UI for quality check
else:
    print(f"Failed: {result['message']}")
