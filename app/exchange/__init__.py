"""Tables in and out (导入导出): any spreadsheet is read, mapped, tried dry, and committed as one action that one step undoes.

read      a file -> a sheet of text cells           targets   what can be imported, from the declared fields
mapping   which column feeds which field            plan      the dry run: what would change, and every bad row
commit    one action of many ops                    export    any register or list -> Excel or CSV, re-importable
"""
