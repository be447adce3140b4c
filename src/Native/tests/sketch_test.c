/* Transforms and sketches are the textbook's loops bit for bit. */
#include <math.h>
#include <string.h>
#include "problem.h"

static void fill(float *values, size_t count, uint32_t *state)
{
    for (size_t i = 0; i < count; i++)
        values[i] = random_float(state);
}

/* The textbook's loop over elements step apart. */
static void transform(float *v, size_t length, size_t step)
{
    for (size_t half = 1; half < length; half *= 2)
        for (size_t i = 0; i < length; i++)
            if ((i & half) == 0) {
                const float a = v[i * step], b = v[(i + half) * step];
                v[i * step] = a + b;
                v[(i + half) * step] = a - b;
            }
}

static void check_transform(const subquad_core_api *api, size_t length)
{
    uint32_t state = (uint32_t)length;
    const size_t bytes = length * sizeof(float);
    float *found = buffer_take(bytes), *expected = buffer_take(bytes);
    fill(found, length, &state);
    memcpy(expected, found, bytes);
    api->transform_hadamard(found, length);
    transform(expected, length, 1);
    CHECK(memcmp(found, expected, bytes) == 0, "transform of %d", (int)length);
    buffer_return(found);
    buffer_return(expected);
}

static void check_columns(const subquad_core_api *api, int32_t rows, int64_t columns)
{
    enum { STRIP = 1024 };
    uint32_t state = (uint32_t)rows;
    const size_t length = (size_t)(rows * columns), bytes = length * sizeof(float);
    float *found = buffer_take(bytes), *expected = buffer_take(bytes);
    fill(found, length, &state);
    memcpy(expected, found, bytes);
    for (int64_t column = columns - STRIP; column >= 0; column -= STRIP)
        api->transform_hadamard_columns(found, columns, rows, column, column + STRIP);
    for (int64_t column = 0; column < columns; column++)
        transform(expected + column, (size_t)rows, (size_t)columns);
    CHECK(memcmp(found, expected, bytes) == 0, "columns of %d x %d", (int)rows, (int)columns);
    buffer_return(found);
    buffer_return(expected);
}

static int32_t random_id(int32_t limit, uint32_t *state) { return (int32_t)(random_double(state) * limit); }

static void check_samples(const subquad_core_api *api, size_t entries, size_t count)
{
    uint32_t state = (uint32_t)(entries * 1000 + count);
    int32_t *ids = buffer_take(entries * sizeof *ids), *samples = buffer_take(count * sizeof *samples);
    float *values = buffer_take(entries * sizeof *values), *result = buffer_take(count * sizeof *result);
    fill(values, entries, &state);
    for (size_t entry = 0; entry < entries; entry++)
        ids[entry] = random_id(INT32_MAX, &state);
    for (size_t sample = 0; sample < count; sample++)
        samples[sample] = random_id(INT32_MAX, &state);
    api->sample_hadamard(ids, values, entries, samples, count, result);
    for (size_t sample = 0; sample < count; sample++) {
        float expected = 0;
        for (size_t entry = 0; entry < entries; entry++) {
            int odd = 0;
            for (uint32_t both = (uint32_t)(ids[entry] & samples[sample]); both != 0; both &= both - 1)
                odd = !odd;
            expected += odd ? -values[entry] : values[entry];
        }
        CHECK(same_bits(result[sample], expected), "sample %d of %d, %d entries", (int)sample, (int)count, (int)entries);
    }
    buffer_return(ids);
    buffer_return(samples);
    buffer_return(values);
    buffer_return(result);
}

static void check_count(const subquad_core_api *api, size_t entries, int32_t places, int32_t size)
{
    uint32_t state = (uint32_t)entries;
    int32_t *ids = buffer_take(entries * sizeof *ids), *buckets = buffer_take((size_t)places * sizeof *buckets);
    float *values = buffer_take(entries * sizeof *values), *signs = buffer_take((size_t)places * sizeof *signs);
    float *result = buffer_take((size_t)size * sizeof *result), *expected = buffer_take((size_t)size * sizeof *expected);
    fill(values, entries, &state);
    for (int32_t place = 0; place < places; place++) {
        buckets[place] = random_id(size, &state);
        signs[place] = random_double(&state) < 0.5 ? 1.0f : -1.0f;
    }
    for (size_t entry = 0; entry < entries; entry++) {
        ids[entry] = random_id(places, &state);
        expected[buckets[ids[entry]]] += signs[ids[entry]] * values[entry];
    }
    api->count_sketch(ids, values, entries, buckets, signs, result);
    CHECK(memcmp(result, expected, (size_t)size * sizeof *result) == 0, "count sketch of %d entries", (int)entries);
    buffer_return(ids);
    buffer_return(buckets);
    buffer_return(values);
    buffer_return(signs);
    buffer_return(result);
    buffer_return(expected);
}

void test_sketch(const subquad_core_api *api)
{
    for (size_t length = 1; length <= 1u << 21; length *= 2)
        check_transform(api, length);
    for (int32_t rows = 1; rows <= 16; rows *= 2)
        check_columns(api, rows, 2048);
    for (size_t count = 0; count <= 256; count += (size_t)stride) {
        check_samples(api, 13, count);
        check_samples(api, count, 37);
        check_count(api, count, 91, 17);
    }
    check_samples(api, 1000, 1000);
    check_count(api, 5000, 1000, 64);
}
