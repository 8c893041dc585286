"""The kubelet, rule by rule: pure functions from what it sees to what it does and reports."""
