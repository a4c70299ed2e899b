{
    'confidence_threshold': 0.8,
    'model_config': {
        'batch_size': 16,
        'device': 'cuda',
        'use_fp16': True
    },
    'post_processing': {
        'nms_threshold': 0.5,
        'min_size': 10
    }
}
