/* One lane: the specification, and what runs where no wider body exists. fmaf keeps the promise that every multiply-add rounds once. */
#include <math.h>

#define VEC float
#define LANES 1
#define ZERO 0.0f
#define BROADCAST(a) (a)
#define LOAD(p) (*(p))
#define STORE(p, v) (*(p) = (v))
#define LOAD_FIRST(p, n) ((void)(n), LOAD(p))
#define STORE_FIRST(p, v, n) ((void)(n), STORE(p, v))
#define MULADD(a, b, c) fmaf(a, b, c)
#define ADD(a, b) ((a) + (b))
#define SUM(v) (v)

#define DVEC double
#define DLANES 1
#define DZERO 0.0
#define DWIDEN(p) ((double)*(p))
#define DMULADD(a, b, c) fma(a, b, c)
#define DADD(a, b) ((a) + (b))
#define DSUM(v) (v)

#define TABLE subquad_core_scalar
#define ISA_NAME "scalar"
#include "kernels.inc"
