# Combine multiple criteria
task_filters = {
    'status__in': ['pending', 'in_progress'],
    'data_collection': 456,
    'created_at__gte': '2025-01-01'
}
