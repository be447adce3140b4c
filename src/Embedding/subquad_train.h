/*
 * subquad_train: Subquad's training and prediction for programs in C, or in anything that can call C. The library needs no .NET runtime: it is compiled ahead of time.
 *
 *  - Status: every function but the first two returns SUBQUAD_TRAIN_OK (0) or what went wrong; subquad_train_last_error then has it in one sentence. Nothing is thrown and nothing is printed.
 *    Where a call fails, what its out parameters point to is as before, unless the status says otherwise.
 *  - Structs begin with their size: set it to sizeof the struct, and all that is not needed to zero, which stands for the default. Later versions only append fields, so a program goes on
 *    working with a newer library; an older library refuses a larger struct.
 *  - Arrays are dense and row-major, float32, as long as their comments say, and belong to the caller: they are read or copied during the call and never kept. A wrong length that cannot be seen
 *    here (a pointer to fewer numbers than said) is undefined behaviour, as anywhere in C.
 *  - Text is UTF-8 with a zero at its end.
 *  - Threads: handles may be used from any thread. Any number of threads may predict with one network and save it at the same time; a fit has it alone. Fit waits for predictions and saves in flight;
 *    what comes during a fit changes nothing and returns SUBQUAD_TRAIN_BUSY, and so does free while any other call uses the network. Describe may be called at any time. Fits and predictions of several rows start the threads they are allowed and end them before they return; none is started when the library is loaded.
 *  - Results are the same bits for any number of threads.
 *  - The library is for one level of processor (x86-64-v3 unless it was published for another) and ends the process where a lesser one loads it. It cannot be unloaded (dlclose does nothing).
 */
#ifndef SUBQUAD_TRAIN_H
#define SUBQUAD_TRAIN_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Raised when something here changes in a way that old programs would notice. */
#define SUBQUAD_TRAIN_ABI_VERSION 2u

/* What a function returns. */
typedef int32_t subquad_train_status;
enum {
    SUBQUAD_TRAIN_OK = 0,
    SUBQUAD_TRAIN_CANCELLED = 1,        /* the callback stopped the fit: the network is that of the last accepted step, the result is filled */
    SUBQUAD_TRAIN_NOT_FINITE = 2,       /* a loss or a weight was not finite: likewise */
    SUBQUAD_TRAIN_INVALID_ARGUMENT = 3, /* a null pointer, a size, an option or a name that cannot be */
    SUBQUAD_TRAIN_INVALID_HANDLE = 4,   /* no network that was created or loaded, or one that was freed */
    SUBQUAD_TRAIN_INVALID_DATA = 5,     /* numbers that are not finite, labels out of range, a file that is no model, data that do not fit the network */
    SUBQUAD_TRAIN_BUSY = 6,             /* another call uses the network */
    SUBQUAD_TRAIN_NO_MEMORY = 7,        /* refused before it was allocated */
    SUBQUAD_TRAIN_IO = 8,               /* a file that is missing or cannot be read or written */
    SUBQUAD_TRAIN_INTERNAL = 9          /* a fault of the library */
};

/* A network: weights, and every transform between a row and them. */
typedef struct subquad_train_network subquad_train_network;

/* The shape of a new network. */
typedef struct subquad_train_shape {
    uint32_t size;
    int32_t hidden_count;     /* hidden layers, at least 1 */
    const int32_t *hidden;    /* [hidden_count] their neurons, 1 to 16777216 */
    const double *densities;  /* [hidden_count] share of neurons that fire for a row, above 0 and at most 0.5; NULL: the shift sqrt(0.4 ln width) of the theory */
    const char *kernels;      /* kernel set, such as "simd256", "native-avx2" or a name that describe reported; NULL: what SUBQUAD_KERNELS names, or the best */
    uint64_t seed;            /* draws the weights; the same on every machine */
    int32_t plain;            /* 1 leaves activations as they come; 0 scales each hidden layer to unit norm */
    int32_t threads;          /* that draw the weights; 0: all processors */
} subquad_train_shape;

/*
 * Rows with what should be predicted from them: either labels or targets, the other NULL. The network standardises the features by these rows, adds a constant
 * one, and scales each row to unit norm. With as_given it only scales to unit norm: for features on one scale, such as pixels, of rows whose length means nothing. Targets are standardised by the network and come back in their own units.
 */
typedef struct subquad_train_data {
    uint32_t size;
    int32_t inputs;           /* features of a row, at least 1 */
    int64_t rows;             /* at least 1; rows x inputs is at most 2147483591 */
    const float *features;    /* [rows][inputs], finite */
    const int32_t *labels;    /* [rows] classes, from 0 */
    const float *targets;     /* [rows][outputs], finite */
    int32_t classes;          /* with labels: how many classes there are, at least 2; 0: up to the largest label */
    int32_t outputs;          /* with targets: numbers to predict for a row; 0: 1 */
    int32_t as_given;         /* 1: features are used as they are; 0: they are standardised, and a constant feature is added */
    int32_t reserved;         /* 0 */
} subquad_train_data;

/* How to fit. Zero is the default everywhere, and needs no tuning: there is no learning rate. */
typedef struct subquad_train_options {
    uint32_t size;
    int32_t steps;             /* trial steps at most, one per batch; 0: 20 */
    int32_t batch;             /* rows per step; 0: all */
    int32_t train_from;        /* the first hidden layer that is trained, from 1; 0: the last one */
    int32_t threads;           /* 0: all processors */
    int32_t keep_output;       /* 1 leaves the output matrix as drawn */
    double damping;            /* the first, relative to trace(K) / n; 0: 1 */
    double hidden_share;       /* share of a step that the hidden layers carry, above 0 and below 1; 0: 0.5 */
    double residual_tolerance; /* stops when ||f - y|| is below this share of ||y||; 0: 1e-4 */
    uint64_t seed;             /* draws mini-batches and probes; 0: 1 */
} subquad_train_options;

/* What a trial step did. */
typedef struct subquad_train_step {
    uint32_t size;            /* as the library knows it */
    int32_t step;             /* from 1; 0 is the state before training */
    int32_t accepted;         /* whether the step became part of the weights */
    int32_t cg_iterations;
    double loss;              /* ||f - y||^2 / (2 n C) over n rows and C outputs, targets as transformed: 1/C taken from classes, values standardised */
    double train_metric;      /* accuracy, 0 to 1, or root mean squared error in the units of the targets */
    double validation_loss;   /* the same two on the held-out rows; NaN without any */
    double validation_metric;
    double damping;
    double seconds;           /* of this step */
} subquad_train_step;

/*
 * Told of every trial step on the thread that called fit; anything but 0 stops the fit. It may predict with the network, save it and describe it, on that thread: threads that it starts are refused like
 * others. The step is gone when it returns.
 */
typedef int32_t (*subquad_train_progress)(const subquad_train_step *step, void *context);

/* Why a fit ended. */
enum {
    SUBQUAD_TRAIN_STOP_STEPS = 0,      /* as many steps as asked for */
    SUBQUAD_TRAIN_STOP_RESIDUAL = 1,   /* below the tolerance */
    SUBQUAD_TRAIN_STOP_VALIDATION = 2, /* the loss on held-out rows would rise */
    SUBQUAD_TRAIN_STOP_ROUNDING = 3,   /* what could still be gained is below the rounding of float32 */
    SUBQUAD_TRAIN_STOP_DAMPING = 4,    /* no step lowered the loss */
    SUBQUAD_TRAIN_STOP_NOT_FINITE = 5,
    SUBQUAD_TRAIN_STOP_CANCELLED = 6
};

/* How a fit ended. */
typedef struct subquad_train_result {
    uint32_t size;
    int32_t reason;           /* SUBQUAD_TRAIN_STOP_... */
    int32_t steps;            /* trial steps done */
    int32_t accepted;         /* of these, part of the weights */
    double loss;              /* as in a step */
    double train_metric;
    double validation_metric; /* NaN without held-out rows */
} subquad_train_result;

/* What a network is. */
typedef struct subquad_train_info {
    uint32_t size;
    int32_t inputs;           /* features of a row */
    int32_t outputs;          /* numbers that are predicted for a row: scores of the classes, or values */
    int32_t classes;          /* 0: values */
    int32_t hidden_count;
    int32_t core_present;     /* whether the C core (subquad_core) was found beside the library: 0 says that only managed kernel sets can run */
    int64_t weight_bytes;     /* in memory */
    uint64_t seed;
    char kernels[32];         /* the kernel set that computes */
    char trained_by[32];      /* the one that trained the loaded model; empty for a network made here */
} subquad_train_info;

/* SUBQUAD_TRAIN_ABI_VERSION of the library. */
uint32_t subquad_train_abi_version(void);

/*
 * Copies the message of the last failure on the calling thread, cut to capacity - 1 bytes and a zero; returns its whole length without the zero, 0 when nothing failed yet. buffer may be NULL if
 * capacity is 0.
 */
size_t subquad_train_last_error(char *buffer, size_t capacity);

/* Draws a network for data like these: widths of inputs and outputs, classes and the transform of the targets are taken from them. Free it. */
subquad_train_status subquad_train_create(const subquad_train_shape *shape, const subquad_train_data *training, subquad_train_network **network);

/* Reads a model: a safetensors file that subquad_train_save, the command or the .NET library wrote. kernels as in subquad_train_shape. Free it. */
subquad_train_status subquad_train_load(const char *path, const char *kernels, subquad_train_network **network);

/*
 * Trains by Gauss-Newton until a reason to stop holds. validation, options, progress, context and result may be NULL; with held-out rows training stops at the step that would raise their loss, and
 * drops it. On all data (batch 0) the training loss never rises.
 */
subquad_train_status subquad_train_fit(
    subquad_train_network *network, const subquad_train_data *training, const subquad_train_data *validation, const subquad_train_options *options,
    subquad_train_progress progress, void *context, subquad_train_result *result);

/*
 * Predicts rows: features [rows][inputs], scores [rows][outputs]; the two counts are those of all numbers, so that rows = feature_count / inputs. Scores of classes are estimates from 0 to 1, not
 * clipped, the largest names the class; values are in the units of the targets. One row is computed on the calling thread; several by as many threads as said (0: all processors).
 */
subquad_train_status subquad_train_predict(
    subquad_train_network *network, const float *features, int64_t feature_count, float *scores, int64_t score_count, int32_t threads);

/*
 * The same for probabilities of classes: softmax(score / T), which adds up to 1. T was fitted to the held-out rows of the last fit, or to the scores of rows left out one by one; without either it is 0.15. A network of values is an
 * INVALID_ARGUMENT. Models of labels, of which a row has any number, give each label's own probability.
 */
subquad_train_status subquad_train_predict_probabilities(
    subquad_train_network *network, const float *features, int64_t feature_count, float *probabilities, int64_t probability_count, int32_t threads);

/* Writes the network as safetensors; the file appears whole or not at all, and takes the place of one that exists. */
subquad_train_status subquad_train_save(subquad_train_network *network, const char *path);

/* Says what a network is: set info->size first. */
subquad_train_status subquad_train_describe(subquad_train_network *network, subquad_train_info *info);

/* Gives the network back. NULL is no error; a handle that was freed is one, and is noticed. */
subquad_train_status subquad_train_free(subquad_train_network *network);

#ifdef __cplusplus
}
#endif

#endif
