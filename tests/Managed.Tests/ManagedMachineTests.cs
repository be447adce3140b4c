using NUnit.Framework;
using Subquad.Support;

namespace Managed.Tests;

[TestFixture]
public sealed class ManagedMachineTests : MachineTests;
