/*
 * subquad_core: the C core of Subquad, usable from any language that can call C. It needs no .NET, allocates nothing, starts no thread and sets no errno.
 *
 * One exported function, subquad_core_get_api, hands out tables of function pointers, one for each instruction set that the processor and the operating system
 * support, the best first. All tables compute the same verbs by the same formulas:
 *
 *  - Order of summation: unless a verb says otherwise, each element of a result is one chain of fused multiply-adds in ascending id, from zero, vectorised across
 *    results and never across terms. So every table gives the same bits, for any partition of a verb's range over calls and threads.
 *  - Threads: of what calls share, a verb writes only what the range in its last arguments owns, so disjoint ranges may run at the same time. What no range divides is
 *    each call's own: scratch, the partial sums of multiply_symmetric, and what a report or a search writes. A verb without a range owns all that it writes.
 *  - Aliasing: what is written overlaps no other argument, unless a verb says otherwise. Views themselves are only read.
 *  - Alignment: that of the element suffices; blocks aligned to 64 bytes are fastest. No byte outside a view is read or written, and padding counts as inside.
 *  - Sizes and ranges are the caller's promise and are not checked. Ranges are half-open; an empty one is no error.
 */
#ifndef SUBQUAD_CORE_H
#define SUBQUAD_CORE_H

#include <stddef.h>
#include <stdint.h>

#include "subquad_core_views.h"

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
#define SUBQUAD_CORE_ABI_VERSION 4u

/* Capabilities: bits of subquad_core_api.capabilities. */
#define SUBQUAD_CORE_VECTORS  1u /* more than one lane */
#define SUBQUAD_CORE_PREFETCH 2u /* asks for the next tile of weights while the present one is used; so far every table does */
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

    /* ---- forward: weights W (outputs x inputs, one at least), sums outputs x data; panel_from and panel_to are even ---------------------------------- */

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
       of float32 are widened into float64 at least every 64 terms. rows is U (data in rows, one column at least), entries its structure with the values u. Of a row of gram, the
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

    /* ---- active pairs W[T_i, S_i]: outputs over W's rows with the values u, inputs over its columns, transposed, with the values x --------------------- */

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

    /* ---- certified activity: bounds neurons x data that rule rows out; products and sums of two are rounded each unless they are named a multiply-add ------------- */

    /* target[r, i] = source[r, i] + slack[r] sizes[i] for all rows of the panels; slack has 64 elements per panel, sizes one per datum. target may be source. */
    void (*raise_panels)(
        const subquad_panel_view *source, const float *slack, const float *sizes, const subquad_panel_view *target, int32_t panel_from, int32_t panel_to);

    /* upper[r, i] += (support[r, i] + growth[r]) on[i] + norms[r] off[i], two multiply-adds in this order, for all rows of the blocks; and starts[b * data + i + 1] = the
       number of rows of block b with upper[r, i] + errors[r] sizes[i] (a multiply-add) not below limits[r]. The padding of upper and support holds finite numbers. */
    void (*raise_and_count_uncertain)(
        const subquad_panel_view *upper, const subquad_panel_view *support, const subquad_bound_view *bound, int64_t *starts, int32_t block_from, int32_t block_to);

    /* The offsets of those rows, where the starts of lists (by now added up) say; values are neither read nor written. upper is raised already. */
    void (*list_uncertain)(
        const subquad_panel_view *upper, const subquad_bound_view *bound, const subquad_active_view *lists, int32_t block_from, int32_t block_to);

    /* target[id, i] = values[e] + slack[id] sizes[i] for every entry e of listed. */
    void (*set_listed)(
        const subquad_active_view *listed, const float *slack, const float *sizes, const subquad_panel_view *target, int32_t block_from, int32_t block_to);

    /* As count_above among the rows that are listed, whose sums are in the order of their entries; thresholds has one element per neuron. The values of listed are not read. */
    void (*count_listed_above)(
        const subquad_active_view *listed, const float *sums, const float *thresholds, int64_t *starts, int32_t block_from, int32_t block_to);

    /* As compress_above among those rows. */
    void (*compress_listed_above)(
        const subquad_active_view *listed, const float *sums, const float *thresholds, float gain, const subquad_active_view *lists, int32_t block_from, int32_t block_to);

    /* starts[b * columns + i + 1] = the number of elements of column i in block b of rows that are not zero, NaN among them. The padding holds zeros. */
    void (*count_non_zero)(const subquad_panel_view *matrix, int64_t *starts, int32_t block_from, int32_t block_to);

    /* Their offsets, where the starts of lists (by now added up) say; values are neither read nor written. */
    void (*list_non_zero)(const subquad_panel_view *matrix, const subquad_active_view *lists, int32_t block_from, int32_t block_to);

    /* ---- layouts -------------------------------------------------------------------------------------------------------------------------------------- */

    /* rows[i, id] = values[e] for every entry e of the data of the panels, and zero elsewhere in them: a panel matrix with data in rows. */
    void (*spread)(const subquad_active_view *entries, const subquad_panel_view *rows, int32_t panel_from, int32_t panel_to);

    /* target[r, i] = source[r, i] - scale turned[i, r], product and difference rounded each, for the panels of target; rows of padding become zero. target may be source. */
    void (*subtract_transposed)(
        const subquad_panel_view *source, const subquad_panel_view *turned, float scale, const subquad_panel_view *target, int32_t panel_from, int32_t panel_to);

    /* matrix[i, j] = matrix[j, i] = gram[j + i * stride] rounded to float32 for j up to i, for the panels of matrix (n x n); rows of padding become zero. */
    void (*narrow_symmetric)(const double *gram, int64_t stride, const subquad_panel_view *matrix, int32_t panel_from, int32_t panel_to);

    /* ---- packed active blocks: outputs and inputs are those that packed was laid out for, both in their own order ---------------------------------------- */

    /* Copies W[T_i, S_i] of every datum i, for the inputs of the range. inputs is transposed; scratch as for pull_back. Padding is not touched. */
    void (*pack)(
        const subquad_panel_view *weights, const subquad_active_view *outputs, const subquad_transposed_view *inputs, const subquad_packed_view *packed, int32_t *scratch,
        int32_t input_from, int32_t input_to);

    /* Elements of scratch that the verbs below need for these outputs and inputs. */
    int64_t (*packed_scratch)(const subquad_active_view *outputs, const subquad_active_view *inputs);

    /* pulled[p] = sum over r in T_i of W[r, j] u_i[r] for every entry (i, j) of inputs, p its place; overwritten. Sums run over lanes: tables differ in their bits. The
       values of inputs are not read. */
    void (*pull_back_packed)(
        const subquad_packed_view *packed, const subquad_active_view *outputs, const subquad_active_view *inputs, float *pulled, float *scratch,
        int32_t datum_from, int32_t datum_to);

    /* pushed[e] = sum over j in S_i of W[r, j] x_i[j] for every entry e of outputs; overwritten. The bits of push_forward from zero. The values of outputs are not read. */
    void (*push_forward_packed)(
        const subquad_packed_view *packed, const subquad_active_view *outputs, const subquad_active_view *inputs, float *pushed, float *scratch,
        int32_t datum_from, int32_t datum_to);

    /* ---- Walsh-Hadamard transforms and sketches ------------------------------------------------------------------------------------------------------------ */

    /* vector[i] becomes the sum over j of (-1)^popcount(i & j) vector[j], unnormalised, in natural (Sylvester) order. length is a power of two from 1 to 2^30. Stages ascend
       from neighbours to halves, so the bits are those of the textbook's loop. */
    void (*transform_hadamard)(float *vector, size_t length);

    /* The last stages of a vector whose rows are already transformed: every column of rows x columns, row-major, is transformed, for the columns of the range. rows is a
       power of two, at most 16; columns, column_from and column_to are multiples of 1,024. */
    void (*transform_hadamard_columns)(float *matrix, int64_t columns, int32_t rows, int64_t column_from, int64_t column_to);

    /* result[t] = sum over e of (-1)^popcount(ids[e] & samples[t]) values[e]: single elements of the transform of a sparse vector, each one chain of additions in the order
       of the entries, from zero. */
    void (*sample_hadamard)(const int32_t *ids, const float *values, size_t entries, const int32_t *samples, size_t count, float *result);

    /* result[buckets[ids[e]]] += signs[ids[e]] values[e] for every entry, in order; signs are 1 or -1. Two entries may meet in a bucket. */
    void (*count_sketch)(const int32_t *ids, const float *values, size_t entries, const int32_t *buckets, const float *signs, float *result);

    /* ---- max-tournaments: k_j are the keys of one tree's leaves -------------------------------------------------------------------------------------------- */

    /* Builds one tree over keys, one per leaf; NaN becomes -infinity. */
    void (*build_tournament)(const float *keys, const subquad_tournament_view *trees, int32_t tree);

    /* Builds trees over sums - thresholds: one per datum over the neurons, or, when over_data is not zero, one per neuron over the data. sums is neurons x data; thresholds
       has 64 elements per panel, those of padding are infinite. */
    void (*build_tournaments)(
        const subquad_panel_view *sums, const float *thresholds, int32_t over_data, const subquad_tournament_view *trees, int32_t tree_from, int32_t tree_to);

    /* Gives count leaves of a built tree new keys, in order (of equal leaves the last counts), and brings the levels above up to date: level by level when by_level is not
       zero, else path by path, each up to the first element that stays. Both leave the same bits. NaN becomes -infinity. */
    void (*update_tournament)(const int32_t *leaves, const float *keys, int32_t count, const subquad_tournament_view *trees, int32_t tree, int32_t by_level);

    /* Reads the keys of changed leaves anew, as build_tournaments does, and brings the levels above up to date. Row i of changed lists the leaves of tree i; its values are
       not read. Up to most_paths leaves of a tree go path by path, more level by level. scratch has an element per leaf. */
    void (*update_tournaments)(
        const subquad_panel_view *sums, const float *thresholds, int32_t over_data, const subquad_active_view *changed, const subquad_tournament_view *trees,
        int32_t tree_from, int32_t tree_to, int32_t most_paths, int32_t *scratch);

    /* Writes every j with k_j strictly above the threshold, ascending; returns how many. A NaN threshold reports nothing. ids has room for every leaf. */
    int32_t (*report_above)(const subquad_tournament_view *trees, int32_t tree, float threshold, int32_t *ids);

    /* Writes the j of the k largest k_j above -infinity, by descending key, the lower id first where keys are equal; returns how many, fewer than k only when there are no
       more. ids has room for k. */
    int32_t (*report_top)(const subquad_tournament_view *trees, int32_t tree, int32_t *ids, int32_t k);

    /* starts[b * trees + i + 1] of lists = the number of leaves of tree i in block b with k_j > 0. Nothing else of lists is written. */
    void (*count_positive)(const subquad_tournament_view *trees, const subquad_active_view *lists, int32_t tree_from, int32_t tree_to);

    /* The offsets of those leaves, and gain * k_j as their values, where the starts of lists (by now added up) say. */
    void (*compress_positive)(const subquad_tournament_view *trees, float gain, const subquad_active_view *lists, int32_t tree_from, int32_t tree_to);

    /* ---- dense float64: row-major matrices, of symmetric and triangular ones the lower triangle; stride is the distance of rows in elements, row_from a multiple of 16 ---- */

    /* The order of summation is another one here, the same in every table unless a verb says otherwise. The verbs in blocks (factor_diagonal, solve_below_diagonal, update_trailing,
       solve_factored, solve_lower, solve_upper) subtract what a block of up to 128 unknowns or columns contributes at once: a chain from zero, ascending; of L^T the last block first.
       The terms within 16 of the diagonal follow one by one, as unknowns are solved, of L^T descending; and the reciprocal of the element on the diagonal multiplies what is left.
       In the blocks of 16 on the diagonal itself factor_diagonal rounds each product and each difference, and divides; all other terms are fused. solve_upper_one subtracts one term
       after another, descending, and divides. */

    /* Cholesky A = L L^T in steps of 64 columns, this being the first part of one: factors the diagonal block that begins at column, a multiple of 64, in place. Returns 0 when a
       pivot is not above zero and finite. n is the order of the matrix, its stride a multiple of 16: within 16 columns of the diagonal, elements above it are overwritten. */
    int32_t (*factor_diagonal)(double *matrix, int64_t stride, int32_t column, int32_t n);

    /* Second part: rows below the diagonal block, of which the first is column + 64, are solved against it, in place and into panel: groups of 16 rows,
       [group][64 columns][16], that of row 0 first; (n + 16) * 64 elements. */
    void (*solve_below_diagonal)(double *matrix, int64_t stride, int32_t column, int32_t n, double *panel, int32_t row_from, int32_t row_to);

    /* Third part: rows of the triangle right of the block lose L L^T. Needs the panel of all rows from column + 64 to row_to - 1. */
    void (*update_trailing)(double *matrix, int64_t stride, int32_t column, int32_t n, const double *panel, int32_t row_from, int32_t row_to);

    /* Solves L L^T X = B in place: right is n x right_stride, a multiple of 16, all of whose columns are solved. */
    void (*solve_factored)(const double *factor, int64_t stride, int32_t n, double *right, int64_t right_stride);

    /* Columns of the rows of B, side by side for add_outer_product: groups of 16 rows, [group][column_to - column_from][16], that of row 0 first, the last one of a matrix filled
       up with zeros. row_to is a multiple of 16 or the number of B's rows; up to 256 columns keep a group in the first-level cache. */
    void (*pack_rows)(const double *rows, int64_t row_stride, int32_t column_from, int32_t column_to, double *panel, int32_t row_from, int32_t row_to);

    /* gram += B B^T in the lower triangle, for rows of it: each sum over the panel's columns, ascending, is added once. Needs the panel of all rows before row_to. stride is a
       multiple of 16: within 16 columns of the diagonal, elements above it are overwritten. */
    void (*add_outer_product)(const double *panel, int32_t columns, double *gram, int64_t stride, int32_t row_from, int32_t row_to);

    /* Elements of scratch that the two verbs below need for an order n and so many columns. None is used when right_stride is 16. */
    int64_t (*solve_scratch)(int32_t n, int32_t columns);

    /* Solves L X = B in place for columns of B: right is n x right_stride, a multiple of 16, as the columns are. No zero on L's diagonal. The bits of a column do not depend on
       those solved with it. */
    void (*solve_lower)(
        const double *factor, int64_t stride, int32_t n, double *right, int64_t right_stride, int32_t column_from, int32_t column_to, double *scratch);

    /* Solves L^T X = B, otherwise alike. */
    void (*solve_upper)(
        const double *factor, int64_t stride, int32_t n, double *right, int64_t right_stride, int32_t column_from, int32_t column_to, double *scratch);

    /* Solves L x = b in place for one right-hand side of n elements, by dot products in lanes: tables differ in their bits. */
    void (*solve_lower_one)(const double *factor, int64_t stride, int32_t n, double *x);

    /* Solves L^T x = b in place for one right-hand side. */
    void (*solve_upper_one)(const double *factor, int64_t stride, int32_t n, double *x);

    /* What rows of the lower triangle of M contribute to y = M x: y[i] = sum over j up to i of M[i, j] x[j] for these rows i, in lanes: tables differ in their bits; and
       partial[j] = sum over these rows i > j of M[i, j] x[i] for all j below row_to, rows ascending, some terms rounded before they are added. Both are overwritten.
       Here row_from is a multiple of 4. */
    void (*multiply_symmetric)(const double *matrix, int64_t stride, const double *x, double *y, double *partial, int32_t row_from, int32_t row_to);

    /* The dot product of x and y, in lanes: tables differ in their bits. x and y may overlap. */
    double (*dot_f64)(const double *x, const double *y, size_t n);

    /* y += a x, each element one fused multiply-add. y may be x, but the two may not overlap otherwise. */
    void (*axpy_f64)(double a, const double *x, double *y, size_t n);

    /* z += a x y, element by element: a x is rounded, then one fused multiply-add. z may be x or y, but may not overlap them otherwise. */
    void (*add_product_f64)(double a, const double *x, const double *y, double *z, size_t n);

    /* ---- half-spaces and neighbours: x has d finite elements; a product <w, x> or squared distance |w - x|^2 is one chain in ascending coordinate, from zero -------------- */

    /* First part of a report of the rows with <w, x> > bound: lists the groups of rows that may hold one, in storage order; the complement of a number stands for a group that
       lies inside as a whole. norm is not below |x| and above zero, and its product with the largest norm of a row is below 1e38. listed_cost is what a group costs when reached by
       a list, in groups of a scan, finite: when a scan is cheaper the result is -1, and 0 always lists. list and other have room for leaves numbers, at least one. tested is
       overwritten with the groups of nodes tested. Returns how many numbers were listed. */
    int32_t (*list_half_space)(
        const subquad_row_tree_view *tree, const float *x, float norm, float bound, float listed_cost, int32_t *list, int32_t *other, int64_t *tested);

    /* Second part: ids and products of the rows above the bound, in storage order, from the groups list[from] to list[to - 1], or from the groups from to to - 1 themselves when
       list is null. ids and values have room for 16 elements per group. Returns how many rows were found. */
    int32_t (*report_half_space)(
        const subquad_row_tree_view *tree, const float *x, float bound, const int32_t *list, int32_t from, int32_t to, int32_t *ids, float *values);

    /* The k rows with the least squared distance to x, nearest first, of equal ones the smaller id; values are the squared distances. A row whose squared distance overflows is not
       found. A walk down the tree that has cost half a scan, by listed_cost as above, is given up for one; infinity always scans. ids and values have room for k elements, or for
       16 per leaf if that is less. Returns how many rows were found. */
    int32_t (*nearest)(
        const subquad_row_tree_view *tree, const float *x, int32_t k, float listed_cost, int32_t *ids, float *values, subquad_search_counts *counts);

    /* The k rows with the largest products, the largest first, of equal ones the smaller id; values are the products. norm as in list_half_space, otherwise as nearest. */
    int32_t (*largest_products)(
        const subquad_row_tree_view *tree, const float *x, float norm, int32_t k, float listed_cost, int32_t *ids, float *values, subquad_search_counts *counts);

    /* Elements of scratch that sort_by_id needs for so many ids. */
    int64_t (*sort_scratch)(int32_t count);

    /* Sorts by id, ascending, in place, values along with them. No id is negative or above largest_id. */
    void (*sort_by_id)(int32_t *ids, float *values, int32_t count, int32_t largest_id, uint64_t *scratch);

    /* ---- random weights -------------------------------------------------------------------------------------------------------------------------------- */

    /* Columns 0 to n - 1 of a row of independent normal numbers of mean 0: Philox4x32-10 with key = seed and counter = (row, column / 4, layer, 0), and a Box-Muller transform in
       float64 by polynomials in + - * / sqrt, each rounded and never fused, then once to float32: the same bits on every machine, in every table. */
    void (*fill_normal)(float *destination, size_t n, uint64_t seed, uint32_t row, uint32_t layer, double deviation);

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

    /* ---- training of first order ------------------------------------------------------------------------------------------------------- */

    /* A step of Adam (Kingma and Ba 2015) in its lazy form. Where the gradient g is not zero: means += one_minus_beta1 (g - means),
       squares += one_minus_beta2 (g g - squares), and then weights -= rate means / (sqrt(squares) + epsilon). Where g is zero all three
       stay as they are. Each operation is rounded and none is fused: the same bits in every table. rate is the learning rate times
       sqrt(1 - beta2^t) / (1 - beta1^t) in step t. No two of the vectors overlap. */
    void (*step_adam)(
        float rate, float one_minus_beta1, float one_minus_beta2, float epsilon,
        const float *gradient, float *weights, float *means, float *squares, size_t n);
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
