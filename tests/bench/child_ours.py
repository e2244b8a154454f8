"""Starts the program on a profile and stops at the first usable list: prints the peak memory in kB."""

import os
import sys
from importlib import import_module
from pathlib import Path

os.environ["QT_QPA_PLATFORM"] = "offscreen"
sys.path.insert(0, str(Path(__file__).resolve().parent.parent.parent))

from peak import peak

# In the order in which `sitewright` loads them: PySide looks into the source of what is imported after it.
import_module("ui.__main__")

from app.bootstrap import start
from app.desk import Desk
from app.settings import Settings

from PySide6.QtWidgets import QApplication  # isort: skip

from ui.program import Program

qt = QApplication([])

profile = start(Path(sys.argv[1]))
program = Program(profile, Settings(profile.folder), qt)
program.start()
window = program.enter(Desk.of_administrator(profile), page="spares")
window.page("spares").spares.table.loaded.connect(lambda _count: qt.quit())
qt.exec()
window.grab()
profile.close()  # as a window does: a file that was left open is checked whole at the next start
sys.stdout.write(str(peak()))
sys.stdout.flush()
os._exit(0)
