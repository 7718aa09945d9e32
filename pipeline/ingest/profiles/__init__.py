"""Source profiles: files of another shape than the contract's, mapped by SELECTs. `shipped/` holds ours, `drafting`
writes a first draft of one.
"""
