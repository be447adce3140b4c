/* The tables of the single instruction sets, and whether this machine can run them. Private to the library and its tests. */
#ifndef SUBQUAD_CORE_BODIES_H
#define SUBQUAD_CORE_BODIES_H

#include "subquad_core.h"

#if defined(__x86_64__) || defined(_M_X64)
#  define SUBQUAD_CORE_X64 1
#else
#  define SUBQUAD_CORE_X64 0
#endif

extern const subquad_core_api subquad_core_scalar;

#if SUBQUAD_CORE_X64
extern const subquad_core_api subquad_core_avx2;
extern const subquad_core_api subquad_core_avx512;

int subquad_core_has_avx2(void);
int subquad_core_has_avx512(void);
#endif

#endif
