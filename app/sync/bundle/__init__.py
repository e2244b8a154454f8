"""Batch files (数据包, `.swb`): what laptop and hub exchange where no network reaches, by any folder, share or mail (docs/hub.md).

sealing   for whom a file can be read             form    the file: header, sealed content, signature
lines     what stands in the content              spool   content laid out in parts
outgoing  a laptop's file for the hub             replay  the hub's file answers in the place of the hub
incoming  the hub's answer comes in               joining taking part without a network
"""
