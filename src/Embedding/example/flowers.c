/*
 * Trains a network to tell three kinds of flowers apart by four measures, saves it, loads it again and predicts: the whole of subquad_train in one program. The flowers are drawn here, from
 * normal distributions that overlap about as much as those of the well-known irises. Ends with 1 where something is not as it should be. EXPECT_KERNELS in the environment, such as simd256, is how
 * the name of the kernel set must begin, and asks for the C core too.
 */
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "subquad_train.h"

enum { MEASURES = 4, KINDS = 3, TRAINING = 240, TEST = 60 };

static const double means[KINDS][MEASURES] = { { 5.0, 3.4, 1.5, 0.2 }, { 5.9, 2.8, 4.3, 1.3 }, { 6.6, 3.0, 5.6, 2.0 } };
static const double deviations[MEASURES] = { 0.5, 0.35, 0.4, 0.2 };

static double uniform(uint64_t *state)
{
    *state = *state * 6364136223846793005u + 1442695040888963407u;
    return ((double)(*state >> 33) + 0.5) / 2147483648.0;
}

static double normal(uint64_t *state)
{
    double radius = sqrt(-2 * log(uniform(state)));
    return radius * cos(2 * 3.14159265358979 * uniform(state));
}

/* Rows of four measures. The network standardises them and adds a constant feature. */
static void draw(float *features, int32_t *labels, int rows, uint64_t *state)
{
    for (int row = 0; row < rows; row++) {
        labels[row] = row % KINDS;
        for (int i = 0; i < MEASURES; i++)
            features[row * MEASURES + i] = (float)(means[labels[row]][i] + deviations[i] * normal(state));
    }
}

static int failed(const char *what)
{
    char message[512];
    subquad_train_last_error(message, sizeof message);
    fprintf(stderr, "%s: %s\n", what, message);
    return 1;
}

static int32_t print_step(const subquad_train_step *step, void *context)
{
    double *losses = context;
    if (step->step == 0)
        losses[0] = step->loss;
    losses[1] = step->loss;
    printf("step %2d  loss %.5g  training %.1f %%  %s\n", step->step, step->loss, 100 * step->train_metric, step->accepted ? "" : "rejected");
    return 0;
}

static double accuracy(const float *scores, const int32_t *labels, int rows)
{
    int right = 0;
    for (int row = 0; row < rows; row++) {
        const float *score = scores + row * KINDS;
        int best = 0;
        for (int kind = 1; kind < KINDS; kind++)
            if (score[kind] > score[best])
                best = kind;
        right += best == labels[row];
    }
    return (double)right / rows;
}

int main(void)
{
    static float features[TRAINING * MEASURES], test[TEST * MEASURES], scores[TEST * KINDS], again[TEST * KINDS], one[KINDS];
    static int32_t labels[TRAINING], test_labels[TEST];
    uint64_t state = 1;
    draw(features, labels, TRAINING, &state);
    draw(test, test_labels, TEST, &state);

    const int32_t hidden[] = { 512, 512 };
    const double densities[] = { 0.2, 0.1 };
    subquad_train_shape shape = { .size = sizeof shape, .hidden_count = 2, .hidden = hidden, .densities = densities, .seed = 1 };
    subquad_train_data training = { .size = sizeof training, .inputs = MEASURES, .rows = TRAINING, .features = features, .labels = labels, .classes = KINDS };
    subquad_train_options options = { .size = sizeof options, .steps = 8 };
    subquad_train_result result = { .size = sizeof result };
    subquad_train_info info = { .size = sizeof info };
    subquad_train_network *network = NULL, *loaded = NULL;
    double losses[2] = { 0, 0 };

    if (subquad_train_abi_version() != SUBQUAD_TRAIN_ABI_VERSION)
        return failed("another version of the library");
    if (subquad_train_create(&shape, &training, &network) != SUBQUAD_TRAIN_OK)
        return failed("create");
    if (subquad_train_fit(network, &training, NULL, &options, print_step, losses, &result) != SUBQUAD_TRAIN_OK)
        return failed("fit");
    if (subquad_train_predict(network, test, TEST * MEASURES, scores, TEST * KINDS, 0) != SUBQUAD_TRAIN_OK)
        return failed("predict");
    if (subquad_train_describe(network, &info) != SUBQUAD_TRAIN_OK)
        return failed("describe");
    double right = accuracy(scores, test_labels, TEST);
    printf("%d steps, loss %.5g -> %.5g, test accuracy %.1f %%, kernels %s, C core %s\n", result.steps, losses[0], result.loss, 100 * right, info.kernels, info.core_present ? "present" : "absent");
    if (!(result.loss < 0.2 * losses[0] && result.loss == losses[1] && right > 0.9)) {
        fprintf(stderr, "it has not learned\n");
        return 1;
    }
    const char *kernels = getenv("EXPECT_KERNELS");
    if (kernels != NULL && (strncmp(info.kernels, kernels, strlen(kernels)) != 0 || !info.core_present)) {
        fprintf(stderr, "it runs otherwise than expected: kernels %s and the C core\n", kernels);
        return 1;
    }

    if (subquad_train_save(network, "flowers.safetensors") != SUBQUAD_TRAIN_OK || subquad_train_free(network) != SUBQUAD_TRAIN_OK)
        return failed("save and free");
    if (subquad_train_load("flowers.safetensors", NULL, &loaded) != SUBQUAD_TRAIN_OK)
        return failed("load");
    if (subquad_train_predict(loaded, test, TEST * MEASURES, again, TEST * KINDS, 1) != SUBQUAD_TRAIN_OK)
        return failed("predict");
    if (memcmp(scores, again, sizeof scores) != 0) {
        fprintf(stderr, "the loaded model predicts other numbers\n");
        return 1;
    }
    for (int row = 0; row < TEST; row++) {
        if (subquad_train_predict(loaded, test + row * MEASURES, MEASURES, one, KINDS, 1) != SUBQUAD_TRAIN_OK)
            return failed("predict one");
        if (memcmp(scores + row * KINDS, one, sizeof one) != 0) {
            fprintf(stderr, "row %d alone is predicted otherwise\n", row);
            return 1;
        }
    }
    if (subquad_train_describe(loaded, &info) != SUBQUAD_TRAIN_OK || info.classes != KINDS || info.inputs != MEASURES || strcmp(info.kernels, info.trained_by) != 0)
        return failed("describe the loaded model");
    printf("saved, loaded and predicted the same\n");
    return subquad_train_free(loaded) == SUBQUAD_TRAIN_OK ? 0 : failed("free");
}
