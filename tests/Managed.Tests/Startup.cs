using System.Runtime.CompilerServices;
using Subquad.Support;

namespace Subquad.Managed.Tests;

internal static class Startup
{
    [ModuleInitializer]
    internal static void Begin() => WineExceptions.Mend();
}
