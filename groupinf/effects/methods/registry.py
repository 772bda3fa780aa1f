"""The methods of prediction: one line for each, in the order of the tables."""

from __future__ import annotations

from groupinf.effects.methods.method import Method
from groupinf.registry import Registry

METHODS: Registry[type[Method]] = Registry(
    "method",
    {
        "influence": "groupinf.effects.methods.influence:Influence",
        "parameter_influence": "groupinf.effects.methods.parameter_influence:ParameterInfluence",
        "newton": "groupinf.effects.methods.newton:Newton",
        "two_step_newton": "groupinf.effects.methods.two_step_newton:TwoStepNewton",
        "rescaled_influence": "groupinf.effects.methods.rescaled_influence:RescaledInfluence",
        "second_order": "groupinf.effects.methods.second_order:SecondOrder",
        "representer": "groupinf.effects.methods.representer:Representer",
        "relative_influence": "groupinf.effects.methods.relative_influence:RelativeInfluence",
        "without_hessian": "groupinf.effects.methods.without_hessian:WithoutHessian",
        "without_train_loss": "groupinf.effects.methods.without_train_loss:WithoutTrainLoss",
        "inner_product": "groupinf.effects.methods.inner_product:InnerProduct",
    },
)
