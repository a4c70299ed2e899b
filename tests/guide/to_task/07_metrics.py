# Example metrics output
{
    'total': 100,
    'success': 95,
    'failed': 5,
    'stand_by': 0
}
