/* The same lane, compiled for processors that fuse: fmaf is an instruction, not a call that takes longer than the rest of a loop. The same bits. */
#define TABLE subquad_core_scalar_fma
#include "scalar.c"
