/*
 * The views that the functions of subquad_core.h take: matrices, lists and trees in the caller's memory. Views are only read; what they point to has the
 * layout that each states.
 */
#ifndef SUBQUAD_CORE_VIEWS_H
#define SUBQUAD_CORE_VIEWS_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Rows of a panel. */
#define SUBQUAD_CORE_PANEL_ROWS 64

/* Neurons of a block of lists. */
#define SUBQUAD_CORE_BLOCK_SIZE 512

/* Children of a node of a tournament. */
#define SUBQUAD_CORE_FAN_OUT 16

/* The most levels of a tournament, the leaves included. */
#define SUBQUAD_CORE_MOST_LEVELS 8

/* Columns that a step of a Cholesky factorisation takes. */
#define SUBQUAD_CORE_CHOLESKY_BLOCK 64

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

/* The same entries transposed: lists has a row per neuron over the data, and positions[e] is the place of its entry e in the batch that was transposed. */
typedef struct subquad_transposed_view {
    subquad_active_view lists;
    int32_t *positions;
} subquad_transposed_view;

/*
 * The blocks W[T_i, S_i] of all data side by side, a row per active input: element (a-th active input, b-th active output) of datum i is
 * values[starts[i] + a * strides[i] + b]. A stride is a multiple of 16, at least the active outputs of the datum and at most the width of the outputs' rows, rounded up
 * to such a multiple; the padding holds zeros, or any finite numbers.
 */
typedef struct subquad_packed_view {
    float *values;
    const int64_t *starts;       /* one per datum */
    const int32_t *strides;      /* one per datum */
    const int32_t *input_ranks;  /* for each entry of the inputs' batch, which of its datum's active inputs it is: a */
    const int32_t *output_ranks; /* for each entry of the outputs, likewise: b */
} subquad_packed_view;

/*
 * What bounds the pre-activations of all rows for all data, beside two panel matrices: W h is at most upper[r, i] + (support[r, i] + growth[r]) on[i] + norms[r] off[i],
 * computing it in float32 adds at most errors[r] sizes[i], and a row is ruled out when the sum stays below limits[r]. growth, norms, errors and limits have 64 elements
 * per panel, on, off and sizes one per datum. All are finite but the limits of padding, which are infinite.
 */
typedef struct subquad_bound_view {
    const float *growth; /* how far a row may have moved, in norm */
    const float *norms;  /* a row's norm */
    const float *errors; /* the rounding of a row's chains, for inputs of norm 1 */
    const float *limits; /* a row's threshold, less what is too small for the other parts */
    const float *on;     /* how far a datum's inputs moved on the reference's support */
    const float *off;    /* how far they moved off it */
    const float *sizes;  /* the norm of a datum's inputs */
} subquad_bound_view;

/*
 * Max-tournaments of equal size over float32 keys: node j of level l of a tree is the 16 floats at data + tree * stride + starts[l] + 16 j, and the largest of them is
 * element j of level l + 1. Level 0 are the leaves; the last level is one node. Each level is padded to whole nodes with -infinity, and no key is NaN: what would be is
 * held as -infinity.
 */
typedef struct subquad_tournament_view {
    float *data;
    int64_t stride; /* floats from tree to tree */
    int32_t trees;
    int32_t leaves; /* of each tree, without padding; at most 2^30 */
    int32_t levels; /* 1 or more, also without leaves */
    int64_t starts[SUBQUAD_CORE_MOST_LEVELS + 1]; /* where each level begins; starts[levels] is the stride */
} subquad_tournament_view;

/* Rows, or nodes, of a tree side by side; and the most levels of nodes. */
#define SUBQUAD_CORE_TREE_GROUP 16
#define SUBQUAD_CORE_TREE_LEVELS 8

/*
 * Rows in R^d with boxes and balls over them, in groups of 16 side by side. Coordinate j of the row in slot s is rows[(s / 16 * d + j) * 16 + s % 16], its id ids[s]; an empty slot
 * is NaN in every coordinate. A node of level 1 bounds a group of rows, a node of level l + 1 a group of nodes of level l: the children of node i are group i one level below.
 * Nodes lie in groups too, those of a level from group starts[level] on: a group of boxes is d lower ends, then d upper ends, of 16 nodes each, a group of balls d coordinates of
 * centres, then the radii. The highest level is one group. An empty box has the ends infinity and -infinity, an empty ball the radius -infinity.
 * A radius covers the rounding of products too: computed in float32 for any x with |x| up to norm, a row's product is no further from the centre's than radius times norm.
 */
typedef struct subquad_row_tree_view {
    const float *rows;
    const int32_t *ids;
    const float *boxes;
    const float *balls;
    int64_t starts[SUBQUAD_CORE_TREE_LEVELS + 2]; /* the first is not used */
    int32_t dimension; /* d, at least 1 */
    int32_t leaves;    /* groups of rows in use */
    int32_t levels;    /* at least 1 */
} subquad_row_tree_view;

/* What a search did. */
typedef struct subquad_search_counts {
    int64_t row_groups;  /* groups of rows computed */
    int64_t node_groups; /* groups of nodes tested */
    int32_t scanned;     /* not zero: every row was read in storage order */
} subquad_search_counts;

#ifdef __cplusplus
}
#endif

#endif
