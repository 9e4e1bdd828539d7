: Nodal currents of McIntyre, Richardson & Grill 2002, written for this comparison from the published equations.
NEURON {
    SUFFIX mrg_node
    NONSPECIFIC_CURRENT i
    RANGE gnaf, gnap, gks, gl
}
UNITS {
    (mA) = (milliamp)
    (mV) = (millivolt)
}
PARAMETER {
    gnaf = 3.0 (mho/cm2)
    gnap = 0.01 (mho/cm2)
    gks = 0.08 (mho/cm2)
    gl = 0.007 (mho/cm2)
    ena = 50 (mV)
    ek = -90 (mV)
    el = -90 (mV)
    celsius (degC)
    v (mV)
}
STATE { m h p s }
ASSIGNED {
    i (mA/cm2)
    qm
    qh
    qs
    minf
    hinf
    pinf
    sinf
    mtau
    htau
    ptau
    stau
}
BREAKPOINT {
    SOLVE gates METHOD cnexp
    i = (gnaf * m * m * m * h + gnap * p * p * p) * (v - ena) + gks * s * (v - ek) + gl * (v - el)
}
INITIAL {
    qm = 2.2 ^ ((celsius - 20) / 10)
    qh = 2.9 ^ ((celsius - 20) / 10)
    qs = 3.0 ^ ((celsius - 36) / 10)
    rates(v)
    m = minf
    h = hinf
    p = pinf
    s = sinf
}
DERIVATIVE gates {
    rates(v)
    m' = (minf - m) / mtau
    h' = (hinf - h) / htau
    p' = (pinf - p) / ptau
    s' = (sinf - s) / stau
}
UNITSOFF
PROCEDURE rates(v) { LOCAL a, b
    a = qm * linoid(1.86, v + 21.4, 10.3)
    b = qm * linoid(0.086, -(v + 25.7), 9.16)
    mtau = 1 / (a + b)
    minf = a / (a + b)
    a = qh * linoid(0.062, -(v + 114), 11)
    b = qh * 2.3 / (1 + exp(-(v + 31.8) / 13.4))
    htau = 1 / (a + b)
    hinf = a / (a + b)
    a = qm * linoid(0.01, v + 27, 10.2)
    b = qm * linoid(0.00025, -(v + 34), 10)
    ptau = 1 / (a + b)
    pinf = a / (a + b)
    a = qs * 0.3 / (1 + exp(-(v + 53) / 5))
    b = qs * 0.03 / (1 + exp(-(v + 90)))
    stau = 1 / (a + b)
    sinf = a / (a + b)
}
FUNCTION linoid(rate, x, slope) {
    if (fabs(x / slope) < 1e-6) {
        linoid = rate * slope * (1 + x / slope / 2)
    } else {
        linoid = rate * x / (1 - exp(-x / slope))
    }
}
UNITSON
