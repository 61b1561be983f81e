# captcha
