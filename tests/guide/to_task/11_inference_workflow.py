# Step 1: Deploy your pre-processor
# (See Pre-processor Plugin documentation)

# Step 2: Configure inference annotation
params = {
    'name': 'AI_Auto_Annotation',
    'project': 123,
    'agent': 1,
    'task_filters': {
        'status': 'pending',
        'data_collection': 456
    },
    'method': 'inference',
    'pre_processor': 789,
    'pre_processor_params': {
        'confidence_threshold': 0.85,
        'model_config': {
            'device': 'cuda'
        }
    }
}

# Step 3: Execute
action = ToTaskAction(run=run_instance, params=params)
result = action.start()

# Step 4: Review results
# Check success/failed counts in metrics
# Review annotated tasks in Synapse UI
