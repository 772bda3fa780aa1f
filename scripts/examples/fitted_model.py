"""Which groups of training rows does a fitted scikit-learn model depend on? Run it whole, or part by part."""

# %% A model as it was fitted anyway: a pipeline with the default settings
from sklearn.datasets import load_breast_cancer
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import train_test_split
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

import groupinf
from groupinf.errors import ConvergenceError

data = load_breast_cancer(as_frame=True)
benign = data.target.map({0: "malignant", 1: "benign"})
X, X_test, y, y_test = train_test_split(data.data, benign, random_state=0)
model = make_pipeline(StandardScaler(), LogisticRegression()).fit(X, y)

# a column that is no feature: tenths of the rows by how large the tumour is, where hospitals or annotators may stand
tenth = (10 * X["mean radius"].rank(pct=True)).clip(upper=9.999).astype(int).rename("tenth")

# %% With its default tolerance the model is not quite at its optimum, and is refused
try:
    groupinf.fitted_model(model, X, y, X_test, y_test)
except ConvergenceError as error:
    print(f"{error}\n")

# %% So it is refitted, exactly; what it was taken for is told
fitted = groupinf.fitted_model(model, X, y, X_test, y_test, refit=True)
print(f"{fitted}\n")

# %% What removing each group does to the summed loss of the test rows: predicted, and by retraining without it
effects = fitted.group_effects(tenth)
print(f"{effects}\n")

# %% Other groups, evaluations and changes cost no fit: here each group counts twice, and two coefficients are watched
doubled = fitted.group_effects(
    tenth,
    evaluations={"evaluation": "coefficient", "of": ["mean radius", "worst texture"]},
    methods="newton",
    change={"change": "reweight", "factor": 2.0},
)
print(f"{doubled.table.round(4).head(3).to_string()}\n")

# %% Without retraining every group has an interval that is proven to hold its effect
predicted = fitted.group_effects(tenth, retrain="none")
columns = ["group_name", "size", "prediction", "low", "high"]
print(f"{predicted.intervals[columns].round(3).head(3).to_string(index=False)}\n")

# %% Every training row by itself: the rows that the model leans on most, and the influence matrix
points = fitted.point_effects()
print(f"{points}\n")
print(f"influence of {points.matrix().shape[0]} rows on {points.matrix().shape[1]} test points")
