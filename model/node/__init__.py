"""What runs on a node: the kubelet, the runtime below it, the proxy beside it."""
