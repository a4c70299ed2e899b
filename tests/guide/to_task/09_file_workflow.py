# Step 1: Prepare your data
# - Upload images to data collection
# - Upload annotation JSON files with specification "annotations"

# Step 2: Configure and run
params = {
    'name': 'Apply_Pregenerated_Annotations',
    'project': 123,
    'agent': 1,
    'task_filters': {'status': 'pending'},
    'method': 'file',
    'target_specification_name': 'annotations'
}

action = ToTaskAction(run=run_instance, params=params)
result = action.start()
