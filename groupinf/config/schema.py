"""The dataset's sections under the name that they had."""

from groupinf.config.dataset_schema import DATASETS as DATASETS
from groupinf.config.dataset_schema import CsvDataset as CsvDataset
from groupinf.config.dataset_schema import DatasetConfig as DatasetConfig
from groupinf.config.dataset_schema import LibsvmDataset as LibsvmDataset
from groupinf.config.dataset_schema import NamedDataset as NamedDataset
from groupinf.config.dataset_schema import NpzDataset as NpzDataset
from groupinf.config.dataset_schema import ParquetDataset as ParquetDataset
