"""Sync: a laptop and its hub exchange operations and rows (docs/hub.md).

protocol   the messages and their bytes        client    one exchange from end to end
keys       the laptop's Ed25519 key            rebase    what a pull does to the site file
transport  how requests travel                 reducer   one op applied alone, the same on laptop and hub
joining    enrolment by an invitation          status    what waits, for the status bar
"""
