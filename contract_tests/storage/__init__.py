"""What S3 refuses, asked of three: moto alone, this fake's gate, and AWS as it was recorded."""
