"""What applies H⁻¹ for the influence: the ways by name, and the keys of the configuration that they heed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import ValidationInfo, field_validator

from groupinf.config.registered import RegisteredName
from groupinf.config.section import PositiveFloat, PositiveInt, Problem, Section
from groupinf.registry import Registry
from groupinf.wording import listed

if TYPE_CHECKING:
    from groupinf.numerics.factor import Factor
    from groupinf.numerics.fit import Fitted


@dataclass(frozen=True)
class Solver:
    """A way to apply H⁻¹: ``heeds`` are the keys of ``SolverOptions`` that it reads; ``made`` makes it of a fit.

    A ``dense`` one needs the P × P Hessian.
    """

    name: str
    heeds: tuple[str, ...]
    made: Callable[[SolverOptions, Fitted, int], Factor]
    dense: bool = False


def _factor(options: SolverOptions, fitted: Fitted, seed: int) -> Factor:
    return fitted.factor


def _cg(options: SolverOptions, fitted: Fitted, seed: int) -> Factor:
    from groupinf.numerics.factor import IterativeFactor, hessian_diagonal

    objective, theta = fitted.objective, fitted.theta
    return IterativeFactor(objective, theta, hessian_diagonal(objective, theta), options.tolerance)


def _lissa(options: SolverOptions, fitted: Fitted, seed: int) -> Factor:
    from groupinf.numerics.lissa import Lissa

    objective, theta = fitted.objective, fitted.theta
    return Lissa(objective, theta, options.depth, options.repeats, options.scale, options.batch_size, seed)


def _taylor(options: SolverOptions, fitted: Fitted, seed: int) -> Factor:
    from groupinf.numerics.taylor import Taylor

    return Taylor(fitted.objective, fitted.theta, options.depth, options.scale)


SOLVERS: Registry[Solver] = Registry(
    "solver",
    (
        Solver("cholesky", (), _factor, dense=True),
        Solver("cg", ("tolerance",), _cg),
        Solver("lissa", ("depth", "repeats", "scale", "batch_size"), _lissa),
        Solver("taylor", ("depth", "scale"), _taylor),
    ),
)


class SolverOptions(Section):
    """How H⁻¹ is applied for the influence: a factor where it fits, else by conjugate gradients, or as ``solver`` says.

    An option that its solver alone heeds may be spelled out with the others, but only with its default.
    """

    solver: Annotated[str, RegisteredName(SOLVERS)] | None = None
    tolerance: PositiveFloat = 1e-10
    depth: PositiveInt = 5000
    repeats: PositiveInt = 10
    scale: PositiveFloat = 10.0
    batch_size: PositiveInt = 16

    @field_validator("tolerance", "depth", "repeats", "scale", "batch_size")
    @classmethod
    def _heeded(cls, value: Any, info: ValidationInfo) -> Any:
        name = str(info.field_name)
        if "solver" not in info.data or value == cls.model_fields[name].default:
            return value
        solver = info.data["solver"]
        if solver is None or name not in SOLVERS[solver].heeds:
            needed = listed((s.name for s in SOLVERS.values() if name in s.heeds), "or")
            found = "no solver" if solver is None else f"solver: {solver}"
            raise ValueError(f"expected {name} only with solver: {needed}, found {found}")
        return value

    def heeded(self) -> dict[str, str | int | float]:
        """The solver and the options that it heeds; nothing where none is asked for."""
        if self.solver is None:
            return {}
        return {"solver": self.solver, **{name: getattr(self, name) for name in SOLVERS[self.solver].heeds}}

    def factor(self, fitted: Fitted, seed: int) -> Factor:
        """What applies H⁻¹: the fit's own factor, unless another solver is asked for."""
        return fitted.factor if self.solver is None else SOLVERS[self.solver].made(self, fitted, seed)

    def unsolvable(self, n: int, size: int) -> Problem | None:
        """A ``solver`` that needs a Hessian larger than what is formed of n rows and P = ``size`` parameters."""
        from groupinf.numerics.factor import DENSE_BYTES

        if self.solver is None or not SOLVERS[self.solver].dense or 8 * size**2 <= DENSE_BYTES or size > 4 * n:
            return None
        others = listed((s.name for s in SOLVERS.values() if not s.dense), "or")
        hessian = f"whose {size:,} × {size:,} Hessian takes {8 * size**2 / 10**9:.1f} GB"
        return Problem("solver", f"expected {others}, found {self.solver}, {hessian}")
