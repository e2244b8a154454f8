"""The pages of staff training."""

from ui.training.cards import CertificatesCard, TrainingTiles
from ui.training.page import TrainingPage

__all__ = ["CertificatesCard", "TrainingPage", "TrainingTiles"]
