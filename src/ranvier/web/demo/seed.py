PASSWORD = "ranvier-demo-only"
