/* What subquad_train refuses: every status that a caller can bring about, with its one sentence. Ends with 1 if one of them is not as the header says. */
#include <math.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include "subquad_train.h"

enum { INPUTS = 3, ROWS = 40 };

static int failures;
static float features[ROWS * INPUTS], targets[ROWS], scores[ROWS];
static int32_t labels[ROWS];
static const int32_t hidden[] = { 128 };
static const double densities[] = { 0.1 };

/* The status, a word of the message, and one line. */
static void expect(subquad_train_status found, subquad_train_status expected, const char *word, int line)
{
    char message[1024] = "";
    size_t length = subquad_train_last_error(message, sizeof message);
    int holds = found == expected && length == strlen(message) && strstr(message, word) != NULL && strchr(message, '\n') == NULL;
    if (!holds)
        failures++;
    printf("%s line %d: status %d, '%s'\n", holds ? "ok    " : "FAILED", line, found, message);
}

#define EXPECT(call, status, word) expect(call, SUBQUAD_TRAIN_##status, word, __LINE__)

#define HOLDS(condition)                                            \
    do {                                                            \
        if (!(condition)) {                                         \
            failures++;                                             \
            printf("FAILED line %d: %s\n", __LINE__, #condition);   \
        }                                                           \
    } while (0)

static subquad_train_shape good_shape(void)
{
    subquad_train_shape shape = { .size = sizeof shape, .hidden_count = 1, .hidden = hidden, .densities = densities, .seed = 1 };
    return shape;
}

static subquad_train_data good_data(void)
{
    subquad_train_data data = { .size = sizeof data, .inputs = INPUTS, .rows = ROWS, .features = features, .targets = targets };
    return data;
}

static void test_create(void)
{
    subquad_train_network *network = NULL;
    subquad_train_shape shape = good_shape();
    subquad_train_data data = good_data();
    const int32_t no_neurons[] = { 0 };
    const double too_dense[] = { 0.7 };

    EXPECT(subquad_train_create(NULL, &data, &network), INVALID_ARGUMENT, "shape: expected a struct, found NULL");
    EXPECT(subquad_train_create(&shape, NULL, &network), INVALID_ARGUMENT, "data: expected a struct, found NULL");
    EXPECT(subquad_train_create(&shape, &data, NULL), INVALID_ARGUMENT, "network");
    shape.size = 4;
    EXPECT(subquad_train_create(&shape, &data, &network), INVALID_ARGUMENT, "shape.size");
    shape = good_shape(), shape.hidden = NULL;
    EXPECT(subquad_train_create(&shape, &data, &network), INVALID_ARGUMENT, "shape.hidden");
    shape = good_shape(), shape.hidden_count = -1;
    EXPECT(subquad_train_create(&shape, &data, &network), INVALID_ARGUMENT, "shape.hidden_count");
    shape = good_shape(), shape.hidden = no_neurons;
    EXPECT(subquad_train_create(&shape, &data, &network), INVALID_ARGUMENT, "Hidden");
    shape = good_shape(), shape.densities = too_dense;
    EXPECT(subquad_train_create(&shape, &data, &network), INVALID_ARGUMENT, "Densities");
    shape = good_shape(), shape.kernels = "simd4096";
    EXPECT(subquad_train_create(&shape, &data, &network), INVALID_ARGUMENT, "simd4096");
    shape = good_shape(), shape.threads = -1;
    EXPECT(subquad_train_create(&shape, &data, &network), INVALID_ARGUMENT, "threads");
    const int32_t enormous[] = { 1 << 24, 1 << 24 };
    shape = good_shape(), shape.hidden = enormous, shape.hidden_count = 2, shape.densities = NULL;
    EXPECT(subquad_train_create(&shape, &data, &network), NO_MEMORY, "bytes");

    shape = good_shape(), data.rows = 0;
    EXPECT(subquad_train_create(&shape, &data, &network), INVALID_ARGUMENT, "data.rows");
    data.rows = INT64_MAX;
    EXPECT(subquad_train_create(&shape, &data, &network), INVALID_ARGUMENT, "at most");
    data = good_data(), data.inputs = 0;
    EXPECT(subquad_train_create(&shape, &data, &network), INVALID_ARGUMENT, "data.inputs");
    data = good_data(), data.features = NULL;
    EXPECT(subquad_train_create(&shape, &data, &network), INVALID_ARGUMENT, "data.features");
    data = good_data(), data.labels = labels;
    EXPECT(subquad_train_create(&shape, &data, &network), INVALID_ARGUMENT, "both");
    data.labels = NULL, data.targets = NULL;
    EXPECT(subquad_train_create(&shape, &data, &network), INVALID_ARGUMENT, "neither");
    data.labels = labels, data.classes = 2, labels[7] = 2;
    EXPECT(subquad_train_create(&shape, &data, &network), INVALID_DATA, "row 7");
    labels[7] = 0;
    features[4] = NAN;
    EXPECT(subquad_train_create(&shape, &data, &network), INVALID_DATA, "finite");
    features[4] = 0.5f;
    HOLDS(network == NULL);
}

static void test_files(subquad_train_network *network)
{
    subquad_train_network *loaded = NULL;
    EXPECT(subquad_train_load(NULL, NULL, &loaded), INVALID_ARGUMENT, "path");
    EXPECT(subquad_train_load("", NULL, &loaded), INVALID_ARGUMENT, "path");
    EXPECT(subquad_train_load("model-\xff.safetensors", NULL, &loaded), INVALID_ARGUMENT, "UTF-8");
    EXPECT(subquad_train_load("no-such-file.safetensors", NULL, &loaded), IO, "no-such-file.safetensors");
    FILE *file = fopen("no-model.safetensors", "wb");
    HOLDS(file != NULL && fputs("this is no model, but long enough to be one", file) >= 0 && fclose(file) == 0);
    EXPECT(subquad_train_load("no-model.safetensors", NULL, &loaded), INVALID_DATA, "no-model.safetensors");
    remove("no-model.safetensors");
    EXPECT(subquad_train_save(network, "no-such-folder/model.safetensors"), IO, "no-such-folder");
    EXPECT(subquad_train_save(network, NULL), INVALID_ARGUMENT, "path");
    HOLDS(loaded == NULL);
}

static void test_predict(subquad_train_network *network)
{
    EXPECT(subquad_train_predict(NULL, features, INPUTS, scores, 1, 0), INVALID_HANDLE, "NULL");
    EXPECT(subquad_train_predict((subquad_train_network *)features, features, INPUTS, scores, 1, 0), INVALID_HANDLE, "handle");
    EXPECT(subquad_train_predict(network, NULL, INPUTS, scores, 1, 0), INVALID_ARGUMENT, "features");
    EXPECT(subquad_train_predict(network, features, INPUTS, NULL, 1, 0), INVALID_ARGUMENT, "scores");
    EXPECT(subquad_train_predict(network, features, INPUTS + 1, scores, 1, 0), INVALID_ARGUMENT, "feature_count");
    EXPECT(subquad_train_predict(network, features, 2 * INPUTS, scores, 1, 0), INVALID_ARGUMENT, "score_count");
    EXPECT(subquad_train_predict(network, features, INPUTS, scores, 1, 5000), INVALID_ARGUMENT, "threads");
    float wrong[2 * INPUTS] = { 1, INFINITY, 1, 1, 1, 1 };
    EXPECT(subquad_train_predict(network, wrong, INPUTS, scores, 1, 0), INVALID_DATA, "column 1: expected a finite number");
    wrong[1] = NAN;
    EXPECT(subquad_train_predict(network, wrong, INPUTS, scores, 1, 0), INVALID_DATA, "found NaN");
    EXPECT(subquad_train_predict(network, wrong, 2 * INPUTS, scores, 2, 0), INVALID_DATA, "finite");
}

static void test_probabilities(subquad_train_network *of_values)
{
    enum { CLASSES = 2 };
    subquad_train_shape shape = good_shape();
    subquad_train_data data = good_data();
    subquad_train_network *network = NULL;
    float all[2 * CLASSES], one[CLASSES], wrong[INPUTS] = { 1, 1, NAN };

    EXPECT(subquad_train_predict_probabilities(of_values, features, INPUTS, one, 1, 0), INVALID_ARGUMENT, "found one of values");
    data.targets = NULL;
    data.labels = labels;
    HOLDS(subquad_train_create(&shape, &data, &network) == SUBQUAD_TRAIN_OK);
    EXPECT(subquad_train_predict_probabilities(NULL, features, INPUTS, one, CLASSES, 0), INVALID_HANDLE, "NULL");
    EXPECT(subquad_train_predict_probabilities(network, features, INPUTS, NULL, CLASSES, 0), INVALID_ARGUMENT, "probabilities");
    EXPECT(subquad_train_predict_probabilities(network, features, INPUTS, one, 1, 0), INVALID_ARGUMENT, "probability_count");
    EXPECT(subquad_train_predict_probabilities(network, wrong, INPUTS, one, CLASSES, 0), INVALID_DATA, "column 2");
    HOLDS(subquad_train_fit(network, &data, &data, NULL, NULL, NULL, NULL) == SUBQUAD_TRAIN_OK);
    HOLDS(subquad_train_predict_probabilities(network, features, 2 * INPUTS, all, 2 * CLASSES, 0) == SUBQUAD_TRAIN_OK);
    HOLDS(subquad_train_predict_probabilities(network, features, INPUTS, one, CLASSES, 0) == SUBQUAD_TRAIN_OK);
    HOLDS(memcmp(all, one, sizeof one) == 0);
    HOLDS(one[0] > 0 && one[1] > 0 && fabsf(one[0] + one[1] - 1) < 1e-6f);
    HOLDS(subquad_train_free(network) == SUBQUAD_TRAIN_OK);
}

static int describes(subquad_train_network *network)
{
    subquad_train_info info = { .size = sizeof info };
    return subquad_train_describe(network, &info) == SUBQUAD_TRAIN_OK && info.inputs == INPUTS;
}

/* Another thread may only describe the network while a fit has it, also one that the callback started: no permission flows to it. */
static void *meets_a_fit(void *network)
{
    subquad_train_data data = good_data();
    EXPECT(subquad_train_predict(network, features, INPUTS, scores, 1, 0), BUSY, "a fit going on");
    EXPECT(subquad_train_predict(network, features, 2 * INPUTS, scores, 2, 0), BUSY, "a fit going on");
    EXPECT(subquad_train_save(network, "in-between.safetensors"), BUSY, "a fit going on");
    EXPECT(subquad_train_fit(network, &data, NULL, NULL, NULL, NULL, NULL), BUSY, "a fit going on");
    EXPECT(subquad_train_free(network), BUSY, "in use");
    HOLDS(describes(network));
    return NULL;
}

static void in_another_thread(void *(*work)(void *), void *argument)
{
    pthread_t other;
    HOLDS(pthread_create(&other, NULL, work, argument) == 0 && pthread_join(other, NULL) == 0);
}

/* What a callback may and may not do, and that it can stop the fit. */
static int32_t stop_at_once(const subquad_train_step *step, void *context)
{
    subquad_train_network *network = context;
    subquad_train_data data = good_data();
    HOLDS(step->size == sizeof *step && isnan(step->validation_metric));
    HOLDS(subquad_train_predict(network, features, INPUTS, scores, 1, 0) == SUBQUAD_TRAIN_OK);
    HOLDS(subquad_train_save(network, "in-between.safetensors") == SUBQUAD_TRAIN_OK);
    remove("in-between.safetensors");
    HOLDS(subquad_train_predict(network, features, 2 * INPUTS, scores, 2, 0) == SUBQUAD_TRAIN_OK && describes(network));
    EXPECT(subquad_train_fit(network, &data, NULL, NULL, NULL, NULL, NULL), BUSY, "callback");
    EXPECT(subquad_train_free(network), BUSY, "callback");
    in_another_thread(meets_a_fit, network);
    return step->step == 1;
}

static void test_fit(subquad_train_network *network)
{
    subquad_train_data data = good_data();
    subquad_train_options options = { .size = sizeof options };
    subquad_train_result result = { .size = sizeof result };
    EXPECT(subquad_train_fit(NULL, &data, NULL, NULL, NULL, NULL, NULL), INVALID_HANDLE, "NULL");
    EXPECT(subquad_train_fit(network, NULL, NULL, NULL, NULL, NULL, NULL), INVALID_ARGUMENT, "data");
    result.size = 0;
    EXPECT(subquad_train_fit(network, &data, NULL, NULL, NULL, NULL, &result), INVALID_ARGUMENT, "result.size");
    result.size = sizeof result;
    options.steps = -1;
    EXPECT(subquad_train_fit(network, &data, NULL, &options, NULL, NULL, &result), INVALID_ARGUMENT, "Steps");
    options.steps = 0, options.train_from = 2;
    EXPECT(subquad_train_fit(network, &data, NULL, &options, NULL, NULL, &result), INVALID_ARGUMENT, "TrainFrom");
    options.train_from = 0, options.keep_output = 2;
    EXPECT(subquad_train_fit(network, &data, NULL, &options, NULL, NULL, &result), INVALID_ARGUMENT, "keep_output");
    options.keep_output = 0, options.damping = NAN;
    EXPECT(subquad_train_fit(network, &data, NULL, &options, NULL, NULL, &result), INVALID_ARGUMENT, "Damping");
    options.damping = 0, options.hidden_share = 2;
    EXPECT(subquad_train_fit(network, &data, NULL, &options, NULL, NULL, &result), INVALID_ARGUMENT, "HiddenShare");
    options.hidden_share = 0, options.residual_tolerance = -1;
    EXPECT(subquad_train_fit(network, &data, NULL, &options, NULL, NULL, &result), INVALID_ARGUMENT, "ResidualTolerance");
    options.residual_tolerance = 0, options.batch = -1;
    EXPECT(subquad_train_fit(network, &data, NULL, &options, NULL, NULL, &result), INVALID_ARGUMENT, "Batch");
    options.batch = 0, options.threads = 4097;
    EXPECT(subquad_train_fit(network, &data, NULL, &options, NULL, NULL, &result), INVALID_ARGUMENT, "threads");
    data.inputs = 2, data.rows = 10;
    EXPECT(subquad_train_fit(network, &data, NULL, NULL, NULL, NULL, &result), INVALID_DATA, "features");
    HOLDS(result.steps == 0);

    data = good_data();
    EXPECT(subquad_train_fit(network, &data, NULL, NULL, stop_at_once, network, &result), CANCELLED, "cancelled");
    HOLDS(result.reason == SUBQUAD_TRAIN_STOP_CANCELLED && result.steps >= 1);
    HOLDS(subquad_train_fit(network, &data, &data, NULL, NULL, NULL, &result) == SUBQUAD_TRAIN_OK && result.steps > 1 && result.train_metric == result.validation_metric);
}

/* A message belongs to its thread. */
static void *has_no_message(void *unused)
{
    char buffer[4] = "abc";
    (void)unused;
    HOLDS(subquad_train_last_error(buffer, sizeof buffer) == 0 && buffer[0] == 0);
    return NULL;
}

int main(void)
{
    for (int row = 0; row < ROWS; row++) {
        for (int i = 0; i < INPUTS; i++)
            features[row * INPUTS + i] = i == INPUTS - 1 ? 1 : sinf((float)(row * 2 + i));
        targets[row] = 3 + 2 * features[row * INPUTS] * features[row * INPUTS + 1];
        labels[row] = row % 2;
    }
    char short_buffer[8];
    HOLDS(subquad_train_last_error(NULL, 0) == 0);
    test_create();
    HOLDS(subquad_train_last_error(short_buffer, sizeof short_buffer) > sizeof short_buffer && strlen(short_buffer) == sizeof short_buffer - 1);

    subquad_train_shape shape = good_shape();
    subquad_train_data data = good_data();
    subquad_train_network *network = NULL;
    HOLDS(subquad_train_create(&shape, &data, &network) == SUBQUAD_TRAIN_OK && network != NULL);
    test_files(network);
    test_predict(network);
    test_probabilities(network);
    test_fit(network);
    EXPECT(subquad_train_describe(network, NULL), INVALID_ARGUMENT, "info");
    in_another_thread(has_no_message, NULL);
    HOLDS(subquad_train_free(network) == SUBQUAD_TRAIN_OK && subquad_train_free(NULL) == SUBQUAD_TRAIN_OK);
    EXPECT(subquad_train_free(network), INVALID_HANDLE, "freed");
    EXPECT(subquad_train_predict(network, features, INPUTS, scores, 1, 0), INVALID_HANDLE, "freed");
    printf("%d failures\n", failures);
    return failures != 0;
}
