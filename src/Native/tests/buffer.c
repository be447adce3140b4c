#include "buffer.h"
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "core_test.h"

#if defined(__SANITIZE_ADDRESS__)
#  define SANITIZED 1
#elif defined(__has_feature)
#  if __has_feature(address_sanitizer)
#    define SANITIZED 1
#  endif
#endif

#ifdef SANITIZED
#  include <sanitizer/asan_interface.h>
#else
#  define ASAN_POISON_MEMORY_REGION(address, bytes) ((void)(address), (void)(bytes))
#  define ASAN_UNPOISON_MEMORY_REGION(address, bytes) ((void)(address), (void)(bytes))
#endif

/* Before a buffer: its size and the fence; behind it: the fence. Not a multiple of 16, so that vectors lie askew. A fence of ones reads as NaN. */
enum { FENCE = 256, FRONT = FENCE + 24 };

static int intact(const unsigned char *fence, size_t bytes)
{
    for (size_t i = 0; i < bytes; i++)
        if (fence[i] != 0xFF)
            return 0;
    return 1;
}

void *buffer_take(size_t bytes)
{
    const size_t whole = FRONT + bytes + FENCE;
    unsigned char *block = malloc(whole);
    if (block == NULL) {
        fprintf(stderr, "no memory for %zu bytes\n", bytes);
        exit(2);
    }
    memset(block, 0xFF, whole);
    memset(block + FRONT, 0, bytes);
    memcpy(block, &bytes, sizeof bytes);
    ASAN_POISON_MEMORY_REGION(block, FRONT);
    ASAN_POISON_MEMORY_REGION(block + FRONT + bytes, FENCE);
    return block + FRONT;
}

void buffer_return(void *buffer)
{
    unsigned char *block = (unsigned char *)buffer - FRONT;
    size_t bytes;
    ASAN_UNPOISON_MEMORY_REGION(block, FRONT);
    memcpy(&bytes, block, sizeof bytes);
    ASAN_UNPOISON_MEMORY_REGION(block + FRONT + bytes, FENCE);
    CHECK(intact(block + sizeof bytes, FRONT - sizeof bytes) && intact(block + FRONT + bytes, FENCE), "something was written beside a buffer of %zu bytes", bytes);
    free(block);
}
