/*
 * golden FILE: the golden run 'function' (tests/Golden) through the interface for C, on several kernel sets: its losses must be within 1e-4 of the file's while these are above a thousandth of the
 * first. EXPECT_KERNELS in the environment, such as simd256, adds a set, is how the name of the default one must begin, and asks for the C core.
 * Ends with 1 where something is not as it should be.
 */
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "subquad_train.h"

enum { ROWS = 80, INPUTS = 24, STEPS = 6, SEED = 20 };

static float features[ROWS * INPUTS], targets[ROWS];

/* The generator of the golden runs (SplitMix64), whose seed is mixed before it is used. */
static uint64_t mix(uint64_t bits)
{
    bits = (bits ^ (bits >> 30)) * 0xBF58476D1CE4E5B9u;
    bits = (bits ^ (bits >> 27)) * 0x94D049BB133111EBu;
    return bits ^ (bits >> 31);
}

static double uniform(uint64_t *state)
{
    *state += 0x9E3779B97F4A7C15u;
    return (double)(mix(*state) >> 11) / 9007199254740992.0;
}

static void draw(void)
{
    uint64_t state = mix(mix(SEED));
    for (int i = 0; i < ROWS * INPUTS; i++) {
        double first = uniform(&state);
        features[i] = (float)(first + uniform(&state) - 1);
    }
    for (int row = 0; row < ROWS; row++) {
        const float *x = features + row * INPUTS;
        /* Rounded one by one: the golden run fuses nothing. */
        volatile float product = x[0] * x[1], square = x[3] * x[3];
        targets[row] = product + x[2] - square;
    }
}

/* The losses of a run, before training and after each step; how many there are. */
static int read_losses(const char *path, const char *run, double *losses)
{
    char line[256], heading[64];
    int count = 0, inside = 0;
    FILE *file = fopen(path, "r");
    if (file == NULL)
        return 0;
    snprintf(heading, sizeof heading, "run %s", run);
    while (fgets(line, sizeof line, file) != NULL) {
        int step;
        double loss;
        line[strcspn(line, "\r\n")] = 0;
        if (strncmp(line, "run ", 4) == 0)
            inside = strcmp(line, heading) == 0;
        else if (inside && count <= STEPS + 1 && sscanf(line, "loss %d %lf", &step, &loss) == 2 && step == count)
            losses[count++] = loss;
    }
    fclose(file);
    return count;
}

static int32_t record(const subquad_train_step *step, void *context)
{
    if (step->step <= STEPS)
        ((double *)context)[step->step] = step->loss;
    return 0;
}

static int failed(const char *what)
{
    char message[512];
    subquad_train_last_error(message, sizeof message);
    fprintf(stderr, "%s: %s\n", what, message);
    return 1;
}

/* Whether the run fails on a kernel set: NULL is the one that the library chooses. */
static int run_fails(const char *kernels, const double *expected)
{
    const int32_t hidden[] = { 384, 256 };
    const double densities[] = { 0.1, 0.2 };
    subquad_train_shape shape = { .size = sizeof shape, .hidden_count = 2, .hidden = hidden, .densities = densities, .kernels = kernels, .seed = SEED };
    subquad_train_data data = { .size = sizeof data, .inputs = INPUTS, .rows = ROWS, .features = features, .targets = targets, .as_given = 1 };
    subquad_train_options options = { .size = sizeof options, .steps = STEPS, .train_from = 1, .residual_tolerance = 1e-12 };
    subquad_train_result result = { .size = sizeof result };
    subquad_train_info info = { .size = sizeof info };
    subquad_train_network *network = NULL;
    double losses[STEPS + 1] = { 0 };
    int differ = 0;

    if (subquad_train_create(&shape, &data, &network) != SUBQUAD_TRAIN_OK)
        return failed("create");
    if (subquad_train_fit(network, &data, NULL, &options, record, losses, &result) != SUBQUAD_TRAIN_OK || subquad_train_describe(network, &info) != SUBQUAD_TRAIN_OK)
        return failed("fit and describe");
    printf("kernels %s:", info.kernels);
    for (int step = 0; step <= STEPS; step++) {
        int differs = expected[step] > 1e-3 * expected[0] && !(fabs(losses[step] - expected[step]) <= 1e-4 * expected[step]);
        printf(" %.9g%s", losses[step], differs ? " (differs)" : "");
        differ |= differs;
    }
    printf("\n");
    if (kernels != NULL && strcmp(kernels, "native") != 0 && strcmp(kernels, info.kernels) != 0)
        differ = 1;
    const char *best = getenv("EXPECT_KERNELS");
    if (kernels == NULL && best != NULL && (strncmp(info.kernels, best, strlen(best)) != 0 || !info.core_present))
        differ = 1;
    return subquad_train_free(network) == SUBQUAD_TRAIN_OK ? differ || result.steps != STEPS : failed("free");
}

int main(int count, char **arguments)
{
    const char *sets[] = { NULL, "scalar", "simd128", "native", getenv("EXPECT_KERNELS") };
    double expected[STEPS + 2]; /* room to notice one too many */
    int failures = 0;
    if (count != 2 || read_losses(arguments[1], "function", expected) != STEPS + 1) {
        fprintf(stderr, "usage: golden FILE, a file with %d losses of the run 'function'\n", STEPS + 1);
        return 1;
    }
    draw();
    for (size_t i = 0; i < sizeof sets / sizeof *sets; i++)
        if (i == 0 || sets[i] != NULL)
            failures += run_fails(sets[i], expected);
    printf("%d of the runs failed\n", failures);
    return failures != 0;
}
