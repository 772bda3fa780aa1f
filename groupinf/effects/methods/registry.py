"""The methods of prediction: one line for each, in the order of the tables."""

from __future__ import annotations

from groupinf.effects.methods.influence import Influence
from groupinf.effects.methods.inner_product import InnerProduct
from groupinf.effects.methods.method import Method
from groupinf.effects.methods.newton import Newton
from groupinf.effects.methods.parameter_influence import ParameterInfluence
from groupinf.effects.methods.relative_influence import RelativeInfluence
from groupinf.effects.methods.representer import Representer
from groupinf.effects.methods.rescaled_influence import RescaledInfluence
from groupinf.effects.methods.second_order import SecondOrder
from groupinf.effects.methods.two_step_newton import TwoStepNewton
from groupinf.effects.methods.without_hessian import WithoutHessian
from groupinf.effects.methods.without_train_loss import WithoutTrainLoss
from groupinf.registry import Registry

METHODS: Registry[type[Method]] = Registry(
    "method",
    (
        Influence,
        ParameterInfluence,
        Newton,
        TwoStepNewton,
        RescaledInfluence,
        SecondOrder,
        Representer,
        RelativeInfluence,
        WithoutHessian,
        WithoutTrainLoss,
        InnerProduct,
    ),
)
