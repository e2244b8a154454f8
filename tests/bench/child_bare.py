"""The reference of B1: an empty PySide6 window with a QTableView; prints the peak memory in kB."""

import os
import sys

os.environ["QT_QPA_PLATFORM"] = "offscreen"

from peak import peak
from PySide6.QtWidgets import QApplication, QMainWindow, QTableView

qt = QApplication([])
window = QMainWindow()
window.setCentralWidget(QTableView())
window.resize(1366, 768)
window.show()
qt.processEvents()
window.grab()
sys.stdout.write(str(peak()))
sys.stdout.flush()
os._exit(0)
