Dispatch=None
