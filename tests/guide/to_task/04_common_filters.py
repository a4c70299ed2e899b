# Filter by status
task_filters = {'status': 'pending'}

# Filter by data collection
task_filters = {'data_collection': 456}

# Filter by assignee
task_filters = {'assignee': 12} # Specific user
task_filters = {'assignee': None} # Unassigned tasks

# Multiple filters (AND logic)
task_filters = {
    'status': 'pending',
    'data_collection': 456,
    'assignee': None
}

# Filter by creation date
task_filters = {
    'created_at__gte': '2025-01-01',
    'created_at__lte': '2025-01-31'
}
