/* 3 * 4 + 5 * 6, on the best instruction set there is. */
#include <stdio.h>
#include <subquad_core.h>

int main(void)
{
    const float x[] = { 3, 5 }, y[] = { 4, 6 };
    const subquad_core_api *core = subquad_core_get_api(SUBQUAD_CORE_ABI_VERSION, 0);
    if (core == NULL || core->dot_f32(x, y, 2) != 42)
        return 1;
    printf("%s\n", core->isa);
    return 0;
}
