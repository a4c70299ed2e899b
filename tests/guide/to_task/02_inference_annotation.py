params = {
    'name': 'Inference_Based_Annotation',
    'description': 'Auto-annotate using AI model',
    'project': 123,
    'agent': 1,
    'task_filters': {
        'status': 'pending',
        'assignee': None # Unassigned tasks only
    },
    'method': 'inference',
    'pre_processor': 789, # Pre-processor plugin release ID
    'pre_processor_params': {
        'confidence_threshold': 0.8,
        'model_config': {
            'batch_size': 16,
            'device': 'cuda'
        }
    }
}

action = ToTaskAction(run=run_instance, params=params)
result = action.start()
