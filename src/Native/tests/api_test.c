/* The one exported function. */
#include <string.h>
#include "core_test.h"

void test_api(void)
{
    const subquad_core_api *api, *last = NULL;
    uint32_t index = 0;
    for (; (api = subquad_core_get_api(SUBQUAD_CORE_ABI_VERSION, index)) != NULL; index++) {
        CHECK(api == subquad_core_get_api(SUBQUAD_CORE_ABI_VERSION, index), "the same table on every call");
        CHECK(api->abi_version == SUBQUAD_CORE_ABI_VERSION && api->size == sizeof *api, "%s: its version and size", api->isa);
        CHECK(last == NULL || last->lanes >= api->lanes, "%s: no more lanes than the better set", api->isa);
        CHECK(((api->capabilities & SUBQUAD_CORE_VECTORS) != 0) == (api->lanes > 1), "%s: vectors have lanes", api->isa);
        last = api;
    }
    CHECK(last != NULL && strcmp(last->isa, "scalar") == 0 && last->lanes == 1, "the scalar set is there and the last");
    CHECK(subquad_core_get_api(SUBQUAD_CORE_ABI_VERSION, index + 1) == NULL, "nothing after the last set");
    CHECK(subquad_core_get_api(SUBQUAD_CORE_ABI_VERSION - 1, 0) == NULL, "an older version is refused");
    CHECK(subquad_core_get_api(SUBQUAD_CORE_ABI_VERSION + 1, 0) == NULL, "a newer version is refused");
}
