"""The hub: takes in the ops of all laptops, decides about them, and gives each its rows (docs/hub.md).

tables   what it keeps beside the tables of a site      ingest   ops in, receipts out
hub      the open database and its one door             feed     rows, audit and receipts out
enrol    invitations and devices                        server   HTTP around it

Only the command line's `hub` imports this package.
"""
