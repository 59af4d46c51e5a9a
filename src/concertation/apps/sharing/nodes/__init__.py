"""Nodes: whose keys are believed, where a node may be asked, what came of its releases and which receipts are still awaited."""
