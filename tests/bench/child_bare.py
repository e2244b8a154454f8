"""The reference of B1: an empty PySide6 window with a QTableView; prints the peak memory in kB."""

import os
import resource
import sys

os.environ["QT_QPA_PLATFORM"] = "offscreen"

from PySide6.QtWidgets import QApplication, QMainWindow, QTableView

qt = QApplication([])
window = QMainWindow()
window.setCentralWidget(QTableView())
window.resize(1366, 768)
window.show()
qt.processEvents()
window.grab()
sys.stdout.write(str(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss))
sys.stdout.flush()
os._exit(0)
