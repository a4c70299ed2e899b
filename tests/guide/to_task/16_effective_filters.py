# Good: Specific filters
task_filters = {
    'status': 'pending',
    'data_collection': 456,
    'created_at__gte': '2025-01-01'
}

# Avoid: Too broad
task_filters = {'status': 'pending'} # May match thousands
