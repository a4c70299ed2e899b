# Test with 10 tasks first
task_filters = {
    'status': 'pending',
    'limit': 10
}
