/*
 * subquad_core: the C core of Subquad, usable from any language that can call C. It needs no .NET, allocates nothing, starts no thread and sets no errno.
 *
 * One exported function, subquad_core_get_api, hands out tables of function pointers, one for each instruction set that the processor and the operating system
 * support, the best first. All tables compute the same verbs by the same formulas:
 *
 *  - Order of summation: unless a verb says otherwise, each element of a result is one chain of fused multiply-adds in ascending id, from zero, vectorised across
 *    results and never across terms. So every table gives the same bits, for any partition of a verb's range over calls and threads.
 *  - Threads: a verb writes only what the range in its last arguments owns, so disjoint ranges may run at the same time. Nothing else is shared.
 *  - Aliasing: what is written overlaps no other argument, unless a verb says otherwise. Views themselves are only read.
 *  - Alignment: that of the element suffices; blocks aligned to 64 bytes are fastest. No byte outside a view is read or written, and padding counts as inside.
 *  - Sizes and ranges are the caller's promise and are not checked. Ranges are half-open; an empty one is no error.
 */
#ifndef SUBQUAD_CORE_H
#define SUBQUAD_CORE_H

#include <stddef.h>
#include <stdint.h>

#if defined(_WIN32)
#  if defined(SUBQUAD_CORE_BUILD)
#    define SUBQUAD_CORE_EXPORT __declspec(dllexport)
#  else
#    define SUBQUAD_CORE_EXPORT __declspec(dllimport)
#  endif
#else
#  define SUBQUAD_CORE_EXPORT __attribute__((visibility("default")))
#endif

#ifdef __cplusplus
extern "C" {
#endif

/* Raised whenever the layout of a struct below or the meaning of a function changes. */
#define SUBQUAD_CORE_ABI_VERSION 3u

/* Rows of a panel. */
#define SUBQUAD_CORE_PANEL_ROWS 64

/* Neurons of a block of lists. */
#define SUBQUAD_CORE_BLOCK_SIZE 512

/*
 * A float32 matrix in panels of 64 rows: element (r, j) is data[r / 64 * stride + j * 64 + r % 64]. Rows are padded with zeros to an even number of panels.
 * As weights W: rows are outputs, columns are inputs. As sums (pre-activations): rows are neurons, columns are data. As rows U: rows are data.
 */
typedef struct subquad_panel_view {
    float *data;
    int64_t stride; /* floats from panel to panel, at least 64 columns */
    int32_t rows;
    int32_t columns;
} subquad_panel_view;

/*
 * Such a matrix of bfloat16, the upper halves of floats. A column of a panel is 32 words: word i holds row i / 16 * 32 + i % 16 in its low half and the row 16 further in its high half, so
 * that a vector of words is two vectors of consecutive rows, a shift and a mask away. Column j of panel p begins at data[p * stride + j * 32].
 */
typedef struct subquad_bf16_view {
    uint32_t *data;
    int64_t stride; /* words from panel to panel, at least 32 columns */
    int32_t rows;
    int32_t columns;
} subquad_bf16_view;

/*
 * Sparse rows over a batch, block-major: the entries of datum i in block b of neurons are starts[b * count + i] to starts[b * count + i + 1] - 1, neurons
 * ascending; entry e is neuron b * 512 + offsets[e] with the value values[e]. starts has blocks * count + 1 elements.
 */
typedef struct subquad_active_view {
    int32_t count;  /* data */
    int32_t width;  /* neurons that a row ranges over */
    int32_t blocks; /* width / 512, rounded up */
    int64_t *starts;
    uint16_t *offsets;
    float *values;
} subquad_active_view;

/* The same entries turned round: lists has a row per neuron over the data, and positions[e] is the place of its entry e in the batch it was made from. */
typedef struct subquad_transposed_view {
    subquad_active_view lists;
    int32_t *positions;
} subquad_transposed_view;

/* Capabilities: bits of subquad_core_api.capabilities. */
#define SUBQUAD_CORE_VECTORS  1u /* more than one lane */
#define SUBQUAD_CORE_PREFETCH 2u /* asks for the next tile of weights while the present one is used */

#define SUBQUAD_CORE_ROUNDS_INPUTS 4u /* the forward verbs for weights of bfloat16 round inputs to bfloat16 too, and take denormals for zero */

/* S_i are the active inputs of datum i, T_i its active outputs. */
typedef struct subquad_core_api {
    /* SUBQUAD_CORE_ABI_VERSION of the library. */
    uint32_t abi_version;

    /* sizeof(subquad_core_api) in the library. */
    uint32_t size;

    /* The instruction set that runs: "avx512bf16", "avx512", "avx2", "neon" or "scalar". Static, zero-terminated. */
    const char *isa;

    /* Floats in a vector. */
    uint32_t lanes;

    /* Capabilities that hold. */
    uint32_t capabilities;

    /* ---- forward: weights W (outputs x inputs), sums outputs x data; panel_from and panel_to are even ------------------------------------------------ */

    /* sums[r, i] = sum over j in S_i of W[r, j] x_i[j] for all rows of the panels and the data of the ranges; they are overwritten. */
    void (*accumulate)(
        const subquad_panel_view *weights, const subquad_active_view *inputs, const subquad_panel_view *sums,
        int32_t panel_from, int32_t panel_to, int32_t datum_from, int32_t datum_to);

    /* The same sums for inputs that are mostly active: inputs is a panel matrix with data in rows. For finite weights the same bits, but for the sign of a zero whose
       every term underflowed. */
    void (*accumulate_dense)(
        const subquad_panel_view *weights, const subquad_panel_view *inputs, const subquad_panel_view *sums, int32_t panel_from, int32_t panel_to);

    /* norms[r, i] = raise * sqrt(sum over j in S_i of W[r, j]^2), an upper bound on the norm for a raise that covers the rounding. Values are not read. */
    void (*support_norms)(
        const subquad_panel_view *weights, const subquad_active_view *inputs, float raise, const subquad_panel_view *norms, int32_t panel_from, int32_t panel_to);

    /* norms[r] = raise * sqrt(sum over all j of W[r, j]^2), padding included: norms has 64 elements per panel. */
    void (*row_norms)(const subquad_panel_view *weights, float raise, float *norms, int32_t panel_from, int32_t panel_to);

    /* gram[j + i * stride] = sum over r of U[j, r] u_i[r] for i at or after the first row of j's pair of panels: the lower triangle and the blocks on the diagonal. Chains
       of float32 are widened into float64 at least every 64 terms. rows is U (data in rows), entries its structure with the values u. Of a row of gram, the
       elements of whole panel pairs are written: stride is at least 64 times the panels. */
    void (*gram)(
        const subquad_panel_view *rows, const subquad_active_view *entries, double *gram, int64_t stride, int32_t panel_from, int32_t panel_to);

    /* ---- lists: sums neurons x data; ranges are blocks of neurons ------------------------------------------------------------------------------------- */

    /* starts[b * data + i + 1] = the number of rows of block b with sums[r, i] > thresholds[r]; NaN is never above. thresholds has 64 elements per panel, those of
       padding are infinite. */
    void (*count_above)(const subquad_panel_view *sums, const float *thresholds, int64_t *starts, int32_t block_from, int32_t block_to);

    /* The offsets of those rows, and gain * (sums[r, i] - thresholds[r]) as their values, where the starts of lists (by now added up) say. */
    void (*compress_above)(
        const subquad_panel_view *sums, const float *thresholds, float gain, const subquad_active_view *lists, int32_t block_from, int32_t block_to);

    /* destination[e] = sums[id, i] for every entry e, or sums[i, id] when data_in_rows is not zero. */
    void (*gather_active)(
        const subquad_panel_view *sums, const subquad_active_view *entries, int32_t data_in_rows, float *destination, int32_t block_from, int32_t block_to);

    /* ---- active pairs W[T_i, S_i]: outputs over W's rows with the values u, inputs over its columns, turned round with the values x -------------------- */

    /* Elements of scratch that the verbs below need for these outputs. Strides of W may be up to 2^28 floats (four million inputs): scratch holds places inside a block. */
    int64_t (*pair_scratch)(const subquad_active_view *outputs);

    /* pulled[p] += sum over r in T_i of W[r, j] u_i[r] for j in S_i, p the place of (i, j) in the inputs' own batch: a chain that goes on from what is there. */
    void (*pull_back)(
        const subquad_panel_view *weights, const subquad_active_view *outputs, const subquad_transposed_view *inputs, float *pulled, int32_t *scratch,
        int32_t input_from, int32_t input_to);

    /* pushed[e] += sum over j in S_i of W[r, j] x_i[j] for every entry e of outputs: a chain that goes on from what is there. The outputs' values are not read and
       may be pushed itself. */
    void (*push_forward)(
        const subquad_panel_view *weights, const subquad_active_view *outputs, const subquad_transposed_view *inputs, float *pushed, int32_t *scratch,
        int32_t block_from, int32_t block_to);

    /* W[r, j] += u_i[r] (scale x_i[j]) for all i with r in T_i and j in S_i, data ascending. */
    void (*scatter)(
        const subquad_panel_view *weights, const subquad_active_view *outputs, const subquad_transposed_view *inputs, float scale, int32_t *scratch,
        int32_t block_from, int32_t block_to);

    /* ---- vectors of any length ------------------------------------------------------------------------------------------------------------------------ */

    /* The dot product of x and y, in lanes: tables differ in their bits. x and y may overlap. */
    float (*dot_f32)(const float *x, const float *y, size_t n);

    /* y += a x, each element one fused multiply-add. y may be x, but the two may not overlap otherwise. */
    void (*axpy_f32)(float a, const float *x, float *y, size_t n);

    /* The sum of squares, widened to float64 before they are squared, in lanes. */
    double (*squared_norm_f32)(const float *x, size_t n);

    /* ---- weights of bfloat16: each is widened, which is exact, before its multiply-add ------------------------------------------------------------------ */

    /* accumulate, with the bits that it gives for a float32 matrix of the same values. Tables with the capability SUBQUAD_CORE_ROUNDS_INPUTS compute, for finite weights, the same chain of
       inputs rounded to bfloat16, to nearest, ties to even, in which a denormal operand or sum counts as zero. */
    void (*accumulate_bf16)(
        const subquad_bf16_view *weights, const subquad_active_view *inputs, const subquad_panel_view *sums,
        int32_t panel_from, int32_t panel_to, int32_t datum_from, int32_t datum_to);

    /* accumulate_dense, likewise: for finite weights with the bits of accumulate_bf16 of the same table. */
    void (*accumulate_dense_bf16)(
        const subquad_bf16_view *weights, const subquad_panel_view *inputs, const subquad_panel_view *sums, int32_t panel_from, int32_t panel_to);

    /* target's panels from panel on become the first panels of source, padding included, rounded: to nearest, ties to even, beyond the largest number infinity; denormals too, and a NaN
       stays one. Both have as many columns. */
    void (*round_bf16)(const subquad_panel_view *source, const subquad_bf16_view *target, int32_t panels, int32_t panel);
} subquad_core_api;

/*
 * The table of this machine's index-th instruction set, 0 being the best, for ABI version abi_version (pass SUBQUAD_CORE_ABI_VERSION). A null pointer after the
 * last one, and for every index when the library speaks another version; "scalar" is always there. The tables are constant and live as long as the library is
 * loaded. May be called from any thread.
 */
SUBQUAD_CORE_EXPORT const subquad_core_api *subquad_core_get_api(uint32_t abi_version, uint32_t index);

#ifdef __cplusplus
}
#endif

#endif
