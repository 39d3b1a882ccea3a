from generator import ImageGenerator
from pattern import Checker, Circle, Spectrum

if __name__ == "__main__":
    for pattern in (Checker(250, 25), Circle(1024, 200, (512, 256)), Spectrum(255)):
        pattern.draw()
        pattern.show()
    ImageGenerator("./exercise_data/", "./Labels.json", 12, [32, 32, 3], True, True, True).show()
