/* Operands that notice what is done beside them. */
#ifndef BUFFER_H
#define BUFFER_H

#include <stddef.h>

/*
 * bytes bytes of zeros, aligned to 8 but not to 16 bytes. On both sides lie bytes that nobody may touch: the address sanitizer reports a read or a write on the spot;
 * without it the buffer's end reports writes, and reads bring NaN into the result. Ends the program when there is no memory.
 */
void *buffer_take(size_t bytes);

/* Gives a buffer back; fails the test when something was written beside it. */
void buffer_return(void *buffer);

#endif
