/* Random weights, inputs and outputs of a shape, as plain arrays and as the kernels take them. Some data have no active input or no active output. */
#ifndef PROBLEM_H
#define PROBLEM_H

#include <stddef.h>
#include "buffer.h"
#include "core_test.h"

struct problem {
    int32_t rows, columns, data;
    float *w; /* weights, column after column */
    float *x; /* input values, datum after datum; zero where inactive */
    float *u; /* output values, datum after datum; zero where inactive */
    subquad_panel_view weights;
    subquad_active_view inputs, outputs;
    subquad_transposed_view turned;
};

struct shape {
    int32_t rows, columns, data;
    double density;
};

/* One of each boundary: panels of 64, pairs of 128, blocks of 512 neurons and of 512 data, groups of 4 data, tiles of 256 inputs; from empty to full. */
extern const struct shape shapes[];
extern const size_t shape_count;

struct problem problem_make(struct shape shape, uint32_t seed);
void problem_free(struct problem *problem);

/* A panel matrix of zeros whose panels follow each other without a gap. */
subquad_panel_view panels_make(int32_t rows, int32_t columns);
float *panels_at(const subquad_panel_view *view, int32_t row, int32_t column);
int32_t panels_of(int32_t rows);

/* The entries of dense rows that are not zero. */
subquad_active_view lists_make(const float *rows, int32_t count, int32_t width);
void lists_free(subquad_active_view *lists);
int64_t lists_entries(const subquad_active_view *lists);

/* Where the entry (datum, neuron) lies; -1 when there is none. */
int64_t lists_place(const subquad_active_view *lists, int32_t datum, int32_t neuron);

#endif
